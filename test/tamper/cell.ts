/** The cells of the table: a kind of row, a kind of change, and what comes of it. */
import type { Tampering } from './run.ts';

export const ROWS = [
  'approval',
  'decision',
  'memory',
  'operation',
  'event',
  'settings',
  'exemption',
  'finding',
  'alarm',
  'guard',
  'budget',
  'pointer',
  'chain head',
  'anchor',
] as const;
export const CHANGES = ['flipped', 'copied', 'removed', 'added', 'put back'] as const;

/**
 * refused: nothing came of it, and it is named. recomputed: values and requests are those of a service that nobody tampered
 * with. trusted: it is believed; what is lost, and what finds it, is said.
 */
export type Outcome = 'refused' | 'recomputed' | 'trusted';

export interface Cell extends Tampering {
  readonly row: (typeof ROWS)[number];
  readonly change: (typeof CHANGES)[number];
  /** What is done, in words. */
  readonly what: string;
  readonly outcome: Outcome;
  /** What names it: a line at warn or error, or verification. Nothing else may, where nothing is said. */
  readonly named?: RegExp;
  /** What comes of it; of what is trusted, what is lost and what finds it. */
  readonly comes: string;
}
