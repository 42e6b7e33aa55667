/**
 * The pauses of this process. `PLUMBLINE_PAUSES` holds those that differ, as JSON: tests set it. It is not a setting of the
 * product, and a deployment leaves it unset.
 */
import { type Pauses, pauses } from '../workflows/ports/runtime.ts';

/** Throws when the variable is set to something else than pauses. */
export function readPauses({ PLUMBLINE_PAUSES: given = '{}' }: Readonly<Record<string, string | undefined>>): Pauses {
  return pauses.parse(JSON.parse(given));
}
