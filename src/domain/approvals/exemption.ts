/**
 * An exemption allows violations of a rule within a scope until an end, and has an owner. `exemptionFor` is the one
 * function that matches exemptions.
 */
import * as z from 'zod';
import { type AuditRecord, outboxAbout, recordId } from '../audit/audit.ts';
import { auditRecord } from '../audit/record.ts';
import { digestOfJson } from '../changes/change.ts';
import { DAY_MS } from '../resources/durations.ts';
import { type Actor, actor } from '../resources/principal.ts';
import type { Reason } from '../resources/reasons.ts';
import { isInScope, isScope, parseResourceId, type Resource, resourceScope, viewOf } from '../resources/resource.ts';
import { type Infer, type InvalidMember, id as ruleId, several, time, timestamp } from '../resources/schema.ts';
import type { AnyRule } from '../rules/rule.ts';
import { digestReason } from './digests.ts';

export const MAX_EXEMPTION_DAYS = 365;

export const exemption = z.strictObject({
  id: z.string(),
  /** The ARM id of a resource or of a scope above it. Everything below is exempt, too. */
  scope: z.string(),
  rule: z.string(),
  /** A person or a team. */
  owner: z.string(),
  reason: z.string(),
  ticket: z.string().nullable(),
  /** When it ends. */
  expires: time,
  createdAt: time,
  createdBy: actor,
  /** When it was removed before its end. */
  removedAt: time.nullable(),
  /** Absent in rows of earlier versions. */
  removedBy: actor.exactOptional(),
  outbox: outboxAbout('exemption'),
});
export type Exemption = Infer<typeof exemption>;

/** An exemption after its end, kept for people. No decision reads it. */
export const endedExemption = exemption.omit({ removedAt: true, removedBy: true, outbox: true }).extend({
  endedAt: time,
  endedBy: actor.nullable().describe('null when nobody knows who removed it'),
  why: z.enum(['expired', 'removed']),
});
export type EndedExemption = Infer<typeof endedExemption>;

/** The end of an exemption that is not in force any more. */
export function endOf({ removedAt, removedBy, outbox: _outbox, ...kept }: Exemption): EndedExemption {
  return removedAt === null
    ? { ...kept, endedAt: kept.expires, endedBy: { type: 'service', name: 'Plumbline' }, why: 'expired' }
    : { ...kept, endedAt: removedAt, endedBy: removedBy ?? null, why: 'removed' };
}

const searched = z.string().trim().min(1, 'must have a character').max(256, 'may have 256 characters at most');

/** The filters of the list, as requests give them. */
export const exemptionFilter = z.strictObject({
  resource: resourceScope
    .exactOptional()
    .describe('A scope: exemptions that apply to it or to something below it, also those of a scope above it.'),
  rule: several(ruleId).exactOptional(),
  owner: searched.exactOptional().describe('Compared without case.'),
  expiresBefore: timestamp.exactOptional(),
  q: searched.exactOptional().describe('A text in scope, rule, owner, reason or ticket.'),
});
export type ExemptionFilter = Infer<typeof exemptionFilter>;

export function matchesFilter(one: ExemptionRequest, filter: ExemptionFilter): boolean {
  const { resource, rule, owner, expiresBefore, q } = filter;
  const texts = [one.scope, one.rule, one.owner, one.reason, one.ticket ?? ''];
  return (
    (resource === undefined || isInScope(one.scope, resource) || isInScope(resource, one.scope)) &&
    (rule?.includes(one.rule) ?? true) &&
    (owner === undefined || one.owner.toLowerCase() === owner.toLowerCase()) &&
    (expiresBefore === undefined || one.expires < expiresBefore) &&
    (q === undefined || texts.some((text) => text.toLowerCase().includes(q.toLowerCase())))
  );
}

/** The request for an exemption. */
export type ExemptionRequest = Pick<Exemption, 'scope' | 'rule' | 'owner' | 'reason' | 'ticket' | 'expires'>;

/** The exemption of this rule on this resource that is in force. With several, the one that ends last. */
export function exemptionFor(
  exemptions: readonly Exemption[],
  resource: Pick<Resource, 'id'>,
  rule: string,
  now: Date,
): Exemption | null {
  const found = exemptions
    .filter((one) => one.rule === rule && isInScope(resource.id, one.scope) && isInForce(one, now))
    .sort((a, b) => Date.parse(b.expires) - Date.parse(a.expires));
  return found[0] ?? null;
}

/** An exemption with a longer period than allowed was not granted by the service. */
export function isInForce({ expires, removedAt }: Exemption, now: Date): boolean {
  const left = Date.parse(expires) - now.getTime();
  return removedAt === null && left > 0 && left <= (MAX_EXEMPTION_DAYS + 1) * DAY_MS;
}

/** The reason of an exempt violation, with owner, ticket and end. */
export function exemptReason({ reason, owner, ticket, expires }: ExemptionRequest): Reason {
  const responsible = ticket === null ? owner : `${owner}, ${ticket}`;
  return { code: 'exempt', text: `Exempt until ${expires}: ${reason} (${responsible})` };
}

/** Covers everything that is fixed when the exemption is granted. */
export function exemptionDigest({ id, scope, rule, owner, reason, ticket, expires }: Exemption): string {
  return digestOfJson({ id, scope, rule, owner, reason, ticket, expires });
}

/** The end of an exemption (ISO), from the reason in its entry. */
export function exemptedUntil({ reasons }: Pick<AuditRecord, 'reasons'>): string | null {
  const text = reasons.find(({ code }) => code === 'exempt')?.text ?? '';
  return /^Exempt until (\S+): /.exec(text)?.[1] ?? null;
}

/** The problems of a request, each with a JSON Pointer; none when it can be granted. */
export function exemptionProblems(
  { scope, rule, expires }: ExemptionRequest,
  rules: readonly AnyRule[],
  now: Date,
): InvalidMember[] {
  const left = Date.parse(expires) - now.getTime();
  const problem = (pointer: string, detail: string) => ({ pointer, detail });
  return [
    ...(isScope(scope) ? [] : [problem('/scope', 'must be the ARM id of a resource or of a scope above it')]),
    ...(rules.some(({ id }) => id === rule) ? [] : [problem('/rule', 'is no rule; GET /api/rules lists them')]),
    ...(left > 0 ? [] : [problem('/expires', 'must be in the future')]),
    ...(left <= MAX_EXEMPTION_DAYS * DAY_MS ? [] : [problem('/expires', `must be within ${MAX_EXEMPTION_DAYS} days`)]),
  ];
}

const MESSAGES = {
  'exemption.created': 'Exempt',
  'exemption.ended': 'The exemption has ended',
  'exemption.removed': 'The exemption was taken back',
};

/** The audit record of a renewal: the exemption as it is from now on. It takes the place of the record before. */
export function renewalRecord(exemption: Exemption, at: string, actor: Actor): AuditRecord {
  const { rule, scope } = exemption;
  return {
    ...exemptionRecord(exemption, 'exemption.created', at, actor),
    id: recordId(exemption.id, 'exemption.created', at),
    message: `Renewed: ${rule} on ${scope}.`,
  };
}

/** The audit record of a step in the life of an exemption. */
export function exemptionRecord(
  exemption: Exemption,
  kind: keyof typeof MESSAGES,
  at: string,
  actor: Actor,
): AuditRecord {
  const resource = parseResourceId(exemption.scope);
  const digest = kind === 'exemption.created' ? [digestReason(exemptionDigest(exemption))] : [];
  return auditRecord({
    id: recordId(exemption.id, kind),
    at,
    kind,
    resource: resource && viewOf(resource),
    rule: exemption.rule,
    actor,
    reasons: [exemptReason(exemption), ...digest],
    message: `${MESSAGES[kind]}: ${exemption.rule} on ${exemption.scope}.`,
  });
}
