import { defineRule, unknown } from '../../domain/rules/rule.ts';
import { sectionOf } from '../checks/documents/sections.ts';
import { type Cors, judgeOrigins } from '../checks/network/cors.ts';
import { judgeHttpIngress } from '../checks/network/ingress.ts';
import { ingressSource, type Setting, settingsOf, valueSet } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

const CORS: Cors = {
  document: 'resource',
  origins: '/properties/configuration/ingress/corsPolicy/allowedOrigins',
  credentials: '/properties/configuration/ingress/corsPolicy/allowCredentials',
  withCredentials: 'high',
};

const NAMED: Setting = { document: 'resource', path: CORS.origins, to: ['https://www.contoso.example'] };

export const rule = defineRule({
  id: 'containerapp-cors-wildcard',
  title: 'CORS does not allow every origin',
  why: 'CORS for every origin lets any web page read the answers of the app to a visitor.',
  fix: 'Writes the list of allowed origins without `*`; the rest of the policy is not changed.',
  risk: 'Browser clients on origins that are not in the list can no longer call the app.',
  harm: 'invisible',
  severity: 'medium',
  references: { MCSB: ['PV-2'] },
  check: (snapshot) =>
    judgeHttpIngress(snapshot, (ingress) =>
      sectionOf(ingress.corsPolicy)
        ? judgeOrigins({ properties: { configuration: { ingress } } }, CORS)
        : unknown('The CORS policy is no object.'),
    ),
  source: (changes) =>
    ingressSource(settingsOf(changes, NAMED), {
      cors: new Block({ allowed_origins: valueSet(changes, NAMED) }),
    }),
});
