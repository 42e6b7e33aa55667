/** The resource, the rule and the verdicts of the tests of the domain. */
import { z } from 'zod';
import type { Change } from '../../src/domain/changes/change.ts';
import type { Json } from '../../src/domain/resources/json.ts';
import { parseResourceId, type Resource } from '../../src/domain/resources/resource.ts';
import type { DocumentState } from '../../src/domain/resources/snapshot.ts';
import type { Evaluation } from '../../src/domain/rules/evaluate.ts';
import { type AnyRule, compliant, defineRule } from '../../src/domain/rules/rule.ts';

export const SITE =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Shop-RG/providers/Microsoft.Web/sites/Shop';
export const CONTAINER_APP = SITE.replace('Microsoft.Web/sites', 'Microsoft.App/containerApps');
export const ENVIRONMENT = SITE.replace('Microsoft.Web/sites', 'Microsoft.App/managedEnvironments');

export function resourceNamed(id: string): Resource {
  const resource = parseResourceId(id);
  if (!resource) throw new Error(`${id} is no resource`);
  return resource;
}

/** A document that was read, without redacted values. */
export function read(body: Json): DocumentState {
  return { status: 'read', body };
}

/** A rule that is always met; the given members replace its own. */
export function ruleLike(members: Partial<AnyRule> = {}): AnyRule {
  return {
    ...defineRule({
      id: 'webapp-example',
      version: 1,
      title: 'An example',
      why: 'To see one.',
      fix: 'Sets what is asked.',
      risk: 'Nothing breaks.',
      severity: 'high',
      tier: 'safe',
      profile: 'baseline',
      reversible: true,
      documents: ['config/web'],
      writes: ['config/web'],
      parameters: z.object({}),
      references: { MCSB: ['DP-3'] },
      check: () => compliant('It is right.'),
      source: () => ({ bicep: '', terraform: '' }),
    }),
    ...members,
  };
}

export const TLS_CHANGE: Change = {
  document: 'config/web',
  path: '/properties/minTlsVersion',
  from: '1.0',
  to: '1.2',
};

/** A violation of the example rule with one change; the given members replace its own. */
export function violationLike(members: Partial<Evaluation> = {}): Evaluation {
  return {
    rule: ruleLike(),
    verdict: 'violation',
    tier: 'safe',
    severity: 'high',
    reason: 'It is wrong.',
    changes: [TLS_CHANGE],
    preserved: [],
    ...members,
  };
}
