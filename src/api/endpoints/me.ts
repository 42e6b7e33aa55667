/** Who the caller is, and where the caller may approve. */
import * as z from 'zod';
import { idsOf } from '../../domain/approvals/may-decide.ts';
import { person } from '../../domain/resources/principal.ts';
import { approverScopes } from '../../domain/rules/settings.ts';
import { loadSettings } from '../../workflows/settings/change-settings.ts';
import { defineEndpoint } from '../framework/endpoint.ts';
import { deciderRefusal, ROLES } from '../framework/principal.ts';

export const me = person
  .extend({
    roles: z.array(z.enum(ROLES)).describe('As they were assigned; each of the others includes Plumbline.Reader'),
    scopes: z
      .array(z.string())
      .describe(
        'Where the caller may approve: `/` is everything. Empty for applications, and for people without the role Plumbline.Approver',
      ),
    exceptScopes: z
      .array(z.string())
      .describe(
        'Scopes for which the settings name other approvers. The most specific scope of both lists that contains a resource decides',
      ),
  })
  .meta({ id: 'Me' });

export const getMe = defineEndpoint({
  name: 'getMe',
  method: 'GET',
  route: 'me',
  summary: 'Who you are, your roles, and the scopes in which you may approve.',
  role: 'Plumbline.Reader',
  result: me,
  async handle({ deps, principal }) {
    const { name, objectId, roles } = principal;
    const isDecider = deciderRefusal(principal) === null;
    const scopes = isDecider
      ? approverScopes((await loadSettings(deps)).settings, idsOf(principal))
      : { scopes: [], exceptScopes: [] };
    return { body: { name, objectId, roles, ...scopes } };
  },
});
