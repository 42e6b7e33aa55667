/** CORS for every origin lets any web page read what the app answers to its visitor. */
import * as z from 'zod';
import { defineRule, unknown } from '../../domain/rule.ts';
import { judgeHttpIngress } from '../ingress.ts';
import { type Cors, judgeOrigins } from '../origins.ts';
import { referencesOf } from '../references.ts';
import { sectionOf } from '../sections.ts';
import { Block } from '../source-lines.ts';
import { ingressSource, type Setting, settingsOf, valueSet } from '../sources.ts';

const CORS: Cors = {
  document: 'resource',
  origins: '/properties/configuration/ingress/corsPolicy/allowedOrigins',
  credentials: '/properties/configuration/ingress/corsPolicy/allowCredentials',
  withCredentials: 'high',
};

const NAMED: Setting = { document: 'resource', path: CORS.origins, to: ['https://www.contoso.example'] };

export const rule = defineRule({
  id: 'containerapp-cors-wildcard',
  version: 1,
  title: 'CORS does not allow every origin',
  why: 'CORS for every origin lets any web page read what the app answers to its visitor.',
  fix: 'Writes the list of allowed origins without `*`; the rest of the policy stays as it is.',
  risk: 'Browser clients on origins that are not in the list can no longer call the app.',
  severity: 'medium',
  tier: 'risky',
  profile: 'baseline',
  kind: 'container-app',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({ MCSB: ['PV-2'] }),
  check(snapshot) {
    return judgeHttpIngress(snapshot, (ingress) =>
      sectionOf(ingress.corsPolicy)
        ? judgeOrigins({ properties: { configuration: { ingress } } }, CORS)
        : unknown('The CORS policy is no object.'),
    );
  },
  source: (changes) =>
    ingressSource(settingsOf(changes, NAMED), {
      cors: new Block({ allowed_origins: valueSet(changes, NAMED) }),
    }),
});
