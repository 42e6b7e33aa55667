/** The cells of the table: a kind of row, a kind of change, and the effect. */
import type { Tampering } from './run.ts';

export const ROWS = [
  'approval',
  'decision',
  'resource state',
  'operation',
  'event',
  'settings',
  'exemption',
  'finding',
  'wakeup',
  'guard',
  'budget',
  'pointer',
  'chain head',
  'anchor',
] as const;
export const CHANGES = ['edited', 'copied', 'removed', 'added', 'restored'] as const;

/**
 * refused: no effect, and it is named. recomputed: values and requests are those without tampering. trusted: the change takes
 * effect; `comes` says what is lost, and what finds it.
 */
export type Outcome = 'refused' | 'recomputed' | 'trusted';

export interface Cell extends Tampering {
  readonly row: (typeof ROWS)[number];
  readonly change: (typeof CHANGES)[number];
  /** The change, in words. */
  readonly what: string;
  readonly outcome: Outcome;
  /** What names it: a line at warn or error, or verification. When it is absent, no line may name it. */
  readonly named?: RegExp;
  /** The effect; for a trusted change, what is lost and what finds it. */
  readonly comes: string;
}
