/** Grants exemptions, many at once in parts. */
import type { Answer, CallOptions } from '../../api/client.ts';
import type { Exemption, Problem } from '../../api/types.ts';
import type { ExemptionRequest } from './exemption-form.ts';
import { PART } from './preview.ts';

export interface Granted {
  readonly request: ExemptionRequest;
  readonly exemption: Exemption | null;
  /** Why not. */
  readonly problem: Partial<Problem> | null;
}

interface Each {
  readonly status: number;
  readonly exemption?: Exemption;
  readonly problem?: Partial<Problem>;
}

type Call = <T>(path: string, options?: CallOptions) => Promise<Answer<T>>;

/**
 * The result of each request, in their order. Throws ApiError when a part is refused as a whole; what was granted before stays
 * granted, and granting it again adds another exemption, so only what is left is to be tried again.
 */
export async function grantAll(
  call: Call,
  requests: readonly ExemptionRequest[],
  onPart: (granted: readonly Granted[]) => void = () => {},
): Promise<readonly Granted[]> {
  const all: Granted[] = [];
  for (let first = 0; first < requests.length; first += PART) {
    const part = requests.slice(first, first + PART);
    all.push(...(await grantPart(call, part)));
    onPart(all);
  }
  return all;
}

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

async function grantPart(call: Call, part: readonly ExemptionRequest[]): Promise<Granted[]> {
  const [request] = part;
  if (request !== undefined && part.length === 1) {
    const { body } = await call<Exemption>('/exemptions', { method: 'POST', body: request });
    return [{ request, exemption: body, problem: null }];
  }
  const { body } = await call<{ items: readonly Each[] }>('/exemptions', { method: 'POST', body: { items: part } });
  return part.map((one, index) => {
    const { exemption = null, problem = null } = body.items[index] ?? {};
    return { request: one, exemption, problem };
  });
}
