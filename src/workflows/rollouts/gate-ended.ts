/** What a roll-out learns from the end of a health gate. */
import type { HealthGate } from '../../domain/health/gate.ts';
import type { Deps } from '../ports/deps.ts';

/**
 * Called once a gate has ended, before it is listed as ended: again after a crash, so it must be harmless to repeat. `gate` has
 * its final status; `unknown` with `stateGood` counts as well.
 */
export async function gateEnded(_deps: Deps, _gate: HealthGate): Promise<void> {}
