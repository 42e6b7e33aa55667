/** Which exemptions are still to be granted. */
import type { Exemption } from '../../api/types.ts';
import type { ExemptionRequest } from './exemption-form.ts';

/** The requests of which there is no such exemption yet. */
export function leftToGrant(
  requests: readonly ExemptionRequest[],
  inForce: readonly Omit<Exemption, 'createdBy'>[],
): readonly ExemptionRequest[] {
  const keyOf = ({ scope, rule, owner, reason, expires }: Omit<ExemptionRequest, 'ticket'>) =>
    JSON.stringify([scope.toLowerCase(), rule, owner, reason, Date.parse(expires)]);
  const known = new Set(inForce.map(keyOf));
  return requests.filter((request) => !known.has(keyOf(request)));
}
