/** The actions for a violation, and the closed list of reason codes in decisions, approvals, entries and outcomes. */

import * as z from 'zod';
import type { Infer } from './schema.ts';

/** The actions for a violation, the strictest first. */
export const ACTIONS = ['exempt', 'report', 'queue', 'hold', 'fix'] as const;
export type Action = (typeof ACTIONS)[number];

/** The closed list of codes that reasons in decisions, approvals, entries and outcomes carry. */
export const REASON_CODES = [
  'exempt',
  'tier-risky',
  'tier-advice',
  'mode-audit',
  'mode-approve',
  'stopped',
  'function-app',
  'logic-app',
  'hosted-on-container-apps',
  'managed-by',
  'self',
  'rejected-before',
  'expired-before',
  'found-by-sweep',
  'provisioning',
  'flapping',
  'failing',
  'also-moved-before',
  'budget',
  'rollout',
  'tag-audit',
  'tag-approve',
  'window',
  'frozen',
  'moved',
  'already-right',
  'gone',
  'blocked',
  'invalid',
  'not-verified',
  'also-moved',
  'part-applied',
  'not-put-back',
  'unread',
  'not-ours',
  'covered',
  'evaluated',
  'dead',
  'approved',
  'digest',
  'own-change',
  'changer-unknown',
  'not-evaluated',
  'health-gate',
  'irreversible',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export const reason = z.strictObject({ code: z.enum(REASON_CODES), text: z.string() }).meta({ id: 'Reason' });
export type Reason = Infer<typeof reason>;

export const MODES = ['audit', 'approve', 'autofix'] as const;
export type Mode = (typeof MODES)[number];
