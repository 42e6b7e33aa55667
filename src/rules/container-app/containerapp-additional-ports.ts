import type { JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineRule, unknown, violation } from '../../domain/rules/rule.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { ingressChange, judgeIngress } from '../checks/network/ingress.ts';
import { publicAccessOfApp } from '../checks/network/reach.ts';
import { ingressSource, type Setting, settingsOf } from '../declare/declarations.ts';

const INTERNAL: Setting = {
  document: 'resource',
  path: '/properties/configuration/ingress/additionalPortMappings',
  to: [{ targetPort: 9090, external: false }],
};

const INVALID = unknown('The additional ports have a form that nobody knows.');

export const rule = defineRule({
  id: 'containerapp-additional-ports',
  title: 'No externally exposed additional TCP ports',
  why: 'An additional port that is open to the outside is not protected by TLS, authentication or client certificates of the ingress.',
  fix: 'Sets `external` of these ports to false, in the whole list of additional ports; ARM replaces lists whole.',
  risk: 'Clients outside of the environment can no longer reach these ports, whatever protocol they speak.',
  differs:
    'Other authorities look at the ingress only. Additional ports are also open to the internet, so they are checked here, unless the environment is not on the internet.',
  harm: 'invisible',
  severity: 'medium',
  documents: ['resource', 'environment'],
  references: { MCSB: ['NS-2'] },
  check: (snapshot) =>
    judgeIngress(snapshot, (ingress) => {
      const mappings = objectsIn(ingress.additionalPortMappings);
      if (!mappings?.every(({ external }) => typeof (external ?? false) === 'boolean')) return INVALID;
      const open = mappings.filter(({ external }) => external === true);
      if (open.length === 0) return compliant('No additional port is open to the outside.');
      if (!mappings.every(isMapping)) return INVALID;
      const closed = mappings.map((one) => (one.external === true ? { ...one, external: false } : one));
      const { is, why } = publicAccessOfApp(snapshot);
      if (is === 'unknown') return unknown(why);
      if (is === 'closed') return compliant(`Additional ports are external, and not on the internet. ${why}`);
      return violation(
        `Additional ports are open to the outside: ${open.map(({ targetPort }) => targetPort).join(', ')}.`,
        [ingressChange(ingress, '/additionalPortMappings', closed)],
      );
    }),
  source: (changes) => ingressSource(settingsOf(changes, INTERNAL), null),
});

/** The list is written as a whole, so each entry must be valid. */
function isMapping({ targetPort, exposedPort = null }: JsonObject): boolean {
  return Number.isInteger(targetPort) && (exposedPort === null || Number.isInteger(exposedPort));
}
