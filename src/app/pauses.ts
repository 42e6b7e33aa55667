/**
 * The pauses of this process. `PLUMBLINE_PAUSES` holds those that differ, as JSON: tests set it. It is not a setting of the
 * product, and a deployment leaves it unset.
 */

import * as z from 'zod';
import { PAUSES, type Pauses } from '../workflows/ports/pauses.ts';

const seconds = z.number().nonnegative().optional();

const GIVEN = z.strictObject({
  verifySeconds: seconds,
  retrySeconds: seconds,
  throttledSeconds: seconds,
  sweepSeconds: seconds,
  leaseSeconds: seconds,
  countersSeconds: seconds,
} satisfies Record<keyof Pauses, unknown>);

/** Throws when the variable is set to something else than pauses. */
export function readPauses({ PLUMBLINE_PAUSES: given }: Readonly<Record<string, string | undefined>>): Pauses {
  if (given === undefined) return PAUSES;
  const differ = Object.entries(GIVEN.parse(JSON.parse(given))).filter(([, value]) => value !== undefined);
  return { ...PAUSES, ...Object.fromEntries(differ) };
}
