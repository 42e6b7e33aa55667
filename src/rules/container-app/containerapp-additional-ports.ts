/** A TCP port that is open to the outside beside the ingress passes by all that the ingress does for HTTP. */
import * as z from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineRule, unknown } from '../../domain/rule.ts';
import { ingressChange, judgeIngress } from '../ingress.ts';
import { objectsIn } from '../lists.ts';
import { publicWayOfApp } from '../reach.ts';
import { referencesOf } from '../references.ts';
import { ingressSource, type Setting, settingsOf } from '../sources.ts';

const INTERNAL: Setting = {
  document: 'resource',
  path: '/properties/configuration/ingress/additionalPortMappings',
  to: [{ targetPort: 9090, external: false }],
};

const STRANGE = unknown('The additional ports have a form that nobody knows.');

export const rule = defineRule({
  id: 'containerapp-additional-ports',
  version: 1,
  title: 'No externally exposed additional TCP ports',
  why: 'An additional port that is open to the outside has no TLS, authentication or certificate of the ingress before it.',
  fix: 'Sets `external` of these ports to false, in the whole list of additional ports; ARM replaces lists whole.',
  risk: 'Clients outside of the environment can no longer reach these ports, whatever protocol they speak.',
  differs:
    'Other authorities look at the ingress only. Its additional ports are open just the same, so they are judged here, unless the environment is not on the internet.',
  severity: 'medium',
  tier: 'risky',
  profile: 'baseline',
  kind: 'container-app',
  reversible: true,
  documents: ['resource', 'environment'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({ MCSB: ['NS-2'] }),
  check(snapshot) {
    return judgeIngress(snapshot, (ingress) => {
      const mappings = objectsIn(ingress.additionalPortMappings);
      if (!mappings?.every(({ external }) => typeof (external ?? false) === 'boolean')) return STRANGE;
      const open = mappings.filter(({ external }) => external === true);
      if (open.length === 0) return compliant('No additional port is open to the outside.');
      if (!mappings.every(isMapping)) return STRANGE;
      const closed = mappings.map((one) => (one.external === true ? { ...one, external: false } : one));
      const { is, why } = publicWayOfApp(snapshot);
      if (is === 'unknown') return unknown(why);
      if (is === 'closed') return compliant(`Additional ports are external, and not on the internet. ${why}`);
      return {
        verdict: 'violation',
        reason: `Additional ports are open to the outside: ${open.map(({ targetPort }) => targetPort).join(', ')}.`,
        changes: [ingressChange(ingress, '/additionalPortMappings', closed)],
      };
    });
  },
  source: (changes) => ingressSource(settingsOf(changes, INTERNAL), null),
});

/** The list is written whole, so each entry must be what Azure takes. */
function isMapping({ targetPort, exposedPort = null }: JsonObject): boolean {
  return Number.isInteger(targetPort) && (exposedPort === null || Number.isInteger(exposedPort));
}
