/**
 * An exemption: within a scope a rule's violations may stay as they are, until an end, and somebody answers for it. There is
 * one matching function, `exemptionFor`, for whoever must know.
 */
import { type Actor, type AuditFact, factId, type SealedFact } from './audit.ts';
import { digestOfJson } from './change.ts';
import { digestReason } from './digests.ts';
import type { Reason } from './reasons.ts';
import { isScope, isWithin, parseResourceId, type Resource, viewOf } from './resource.ts';
import type { AnyRule } from './rule.ts';

export const LONGEST_EXEMPTION_DAYS = 365;

export interface Exemption {
  readonly id: string;
  /** The ARM id of a resource or of anything above it; everything below is exempt, too. */
  readonly scope: string;
  readonly rule: string;
  /** Who answers for it: a person or a team. */
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string | null;
  /** ISO time; from then on it holds no more. */
  readonly expires: string;
  readonly createdAt: string;
  readonly createdBy: Actor;
  /** When somebody took it back (ISO). */
  readonly removedAt: string | null;
  /** Facts about it that are not in the log yet: kept with the row so that a crash cannot lose them. */
  readonly unlogged: readonly SealedFact[];
}

/** What is asked for. */
export type ExemptionRequest = Pick<Exemption, 'scope' | 'rule' | 'owner' | 'reason' | 'ticket' | 'expires'>;

/** The exemption that lets this rule's violation on this resource be; of several the one that ends last. */
export function exemptionFor(
  exemptions: readonly Exemption[],
  resource: Pick<Resource, 'id'>,
  rule: string,
  now: Date,
): Exemption | null {
  const found = exemptions
    .filter((one) => one.rule === rule && isWithin(resource.id, one.scope) && isInForce(one, now))
    .sort((a, b) => Date.parse(b.expires) - Date.parse(a.expires));
  return found[0] ?? null;
}

/** One with a longer end than any may be granted was not granted. */
export function isInForce({ expires, removedAt }: Exemption, now: Date): boolean {
  const left = Date.parse(expires) - now.getTime();
  return removedAt === null && left > 0 && left <= (LONGEST_EXEMPTION_DAYS + 1) * 86_400_000;
}

/** Why it exempts, with owner, ticket and end. */
export function exemptReason({ reason, owner, ticket, expires }: ExemptionRequest): Reason {
  const answers = ticket === null ? owner : `${owner}, ${ticket}`;
  return { code: 'exempt', text: `Exempt until ${expires}: ${reason} (${answers})` };
}

/** Of all that is fixed when it is granted. */
export function exemptionDigest({ id, scope, rule, owner, reason, ticket, expires }: Exemption): string {
  return digestOfJson({ id, scope, rule, owner, reason, ticket, expires });
}

/** Until when (ISO), as the reason of its entry says. */
export function exemptedUntil({ reasons }: Pick<AuditFact, 'reasons'>): string | null {
  const text = reasons.find(({ code }) => code === 'exempt')?.text ?? '';
  return /^Exempt until (\S+): /.exec(text)?.[1] ?? null;
}

/** What is wrong with a request, each at its JSON Pointer; nothing when it can be granted. */
export function problemsOf(
  { scope, rule, expires }: ExemptionRequest,
  known: readonly AnyRule[],
  now: Date,
): { readonly pointer: string; readonly message: string }[] {
  const left = Date.parse(expires) - now.getTime();
  const problem = (pointer: string, message: string) => ({ pointer, message });
  return [
    ...(isScope(scope) ? [] : [problem('/scope', 'must be the ARM id of a resource or of a scope above it')]),
    ...(known.some(({ id }) => id === rule) ? [] : [problem('/rule', 'is no rule; GET /api/rules lists them')]),
    ...(left > 0 ? [] : [problem('/expires', 'must be in the future')]),
    ...(left <= LONGEST_EXEMPTION_DAYS * 86_400_000
      ? []
      : [problem('/expires', `must be within ${LONGEST_EXEMPTION_DAYS} days`)]),
  ];
}

const STEPS = {
  'exemption.created': 'Exempt',
  'exemption.ended': 'The exemption has ended',
  'exemption.removed': 'The exemption was taken back',
};

/** The fact about a step of its life. */
export function exemptionFact(exemption: Exemption, kind: keyof typeof STEPS, at: string, actor: Actor): AuditFact {
  const resource = parseResourceId(exemption.scope);
  return {
    id: factId(exemption.id, kind),
    at,
    kind,
    resource: resource && viewOf(resource),
    rule: exemption.rule,
    mode: null,
    operationId: null,
    approvalId: null,
    actor,
    trigger: null,
    changes: [],
    alsoMoved: [],
    reasons: [
      exemptReason(exemption),
      ...(kind === 'exemption.created' ? [digestReason(exemptionDigest(exemption))] : []),
    ],
    arm: null,
    message: `${STEPS[kind]}: ${exemption.rule} on ${exemption.scope}.`,
  };
}
