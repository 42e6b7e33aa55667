/**
 * Open approvals packed into a row: many of them as two compressed texts. The heads are what lists filter and sort by, the
 * bodies hold the rest. What follows from other members is left out, above all the digest, which does not compress.
 */
import * as z from 'zod';
import { type Approval, approval, isOpen } from '../../domain/approvals/approval.ts';
import { type ApprovalHead, approvalHead, headOf } from '../../domain/approvals/approval-list.ts';
import { canonicalJson, digestOf } from '../../domain/changes/change.ts';
import { HOUR_MS, timeAfter } from '../../domain/resources/durations.ts';
import { wellFormed } from '../../domain/resources/json.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import type { Infer } from '../../domain/resources/schema.ts';
import type { ListedApproval } from '../../workflows/ports/approvals.ts';
import { compressJson, decompressJson } from '../table/compressed.ts';
import { type Entity, type Key, piecesOf, type Row, textOf } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';

const { shape } = approval;
const head = approvalHead.shape;

/** The longest time that settings allow, and some days. */
const MAX_EXPIRY_MS = 100_100 * HOUR_MS;

/** A head as a list: the names of its members would be the longest part. */
const HEADS = z.array(
  z.tuple([
    head.id,
    head.status,
    head.purpose,
    head.rule,
    head.title,
    head.severity,
    head.impact,
    head.resource,
    head.name,
    head.changedBy,
    head.requestedAt,
    // Milliseconds after the request, when that is exact: the same number for most approvals.
    z.union([z.int().min(0).max(MAX_EXPIRY_MS), head.expiresAt]),
  ]),
);
type PackedHead = z.infer<typeof HEADS>[number];

const body = z.strictObject({
  type: shape.resource.shape.type,
  ...shape.rule.pick({ version: true, risk: true, reversible: true }).shape,
  changes: shape.changes,
  reasons: shape.reasons,
  /** With the ids of the records that wait in the outbox: an approval changes no more when they are logged. */
  auditIds: shape.auditIds,
  changers: shape.changers,
  /** Absent when it is the digest of the other members. */
  digest: shape.digest.exactOptional(),
  /** Of a rollback. That of a fix follows from its rule and its changes. */
  source: shape.source.exactOptional(),
  // Absent when they are empty or null.
  preserved: shape.preserved.exactOptional(),
  moved: shape.moved.exactOptional(),
  decision: shape.decision.unwrap().exactOptional(),
  supersededBy: z.string().exactOptional(),
});
const BODIES = z.record(z.string(), body);
type Body = Infer<typeof body>;

/** An open approval as a row holds it. `body` is null when it is too large: then the row of the approval has it. */
export interface PackedApproval {
  readonly head: ApprovalHead;
  readonly body: Body | null;
}

export function packed(one: Approval): PackedApproval {
  const { resource, rule, changes, reasons, changers, purpose, digest, decision, supersededBy } = one;
  return {
    head: headOf(one),
    body: {
      type: resource.type,
      version: rule.version,
      risk: rule.risk,
      reversible: rule.reversible,
      changes,
      reasons,
      auditIds: [...new Set([...one.auditIds, ...one.outbox.map(({ id }) => id)])],
      ...(changers && { changers }),
      ...(digest === digestFor(one) ? {} : { digest }),
      ...(purpose === 'rollback' ? { source: one.source } : {}),
      ...(one.preserved.length > 0 ? { preserved: one.preserved } : {}),
      ...(one.moved.length > 0 ? { moved: one.moved } : {}),
      ...(decision && { decision }),
      ...(supersededBy !== null ? { supersededBy } : {}),
    },
  };
}

export function unpacked({ id, status, purpose, ...found }: ApprovalHead, rest: Body): ListedApproval {
  const { type, version, risk, reversible, changes, reasons, auditIds, changers } = rest;
  const resource = { id: found.resource, type, name: found.name };
  const { rule, title, severity, impact } = found;
  const whole = {
    id,
    purpose,
    status,
    resource,
    rule: { id: rule, version, title, severity, risk, impact, reversible },
    changes,
    preserved: rest.preserved ?? [],
    source: rest.source ?? null,
    changedBy: found.changedBy,
    ...(changers && { changers }),
    reasons,
    requestedAt: found.requestedAt,
    expiresAt: found.expiresAt,
    decision: rest.decision ?? null,
    supersededBy: rest.supersededBy ?? null,
    moved: rest.moved ?? [],
    auditIds,
  };
  return { ...whole, digest: rest.digest ?? digestFor(whole) ?? '' };
}

/** The digest of what the other members say; null when they name no resource. */
function digestFor(one: Pick<Approval, 'resource' | 'rule' | 'purpose' | 'changes'>): string | null {
  const resource = parseResourceId(one.resource.id);
  return resource && digestOf(resource, one.rule, one.purpose, one.changes);
}

/** A mark of what is packed of an approval; null when it is final, and nothing is. */
export function markOf(one: Approval): string | null {
  return isOpen(one) ? hashOfPacked(packed(one)) : null;
}

/** The same for equal values, in whatever order their members are. */
export function hashOfPacked(one: PackedApproval): string {
  return hashOf(canonicalJson(wellFormed(one)));
}

/** The columns of the heads, for queries that need no more. */
export const HEAD_COLUMNS = Array.from({ length: 8 }, (_, index) => `Head${index}`);

/** The row of these approvals. The largest bodies are left out when there is no room for all. */
export function packedRow(key: Key, approvals: readonly PackedApproval[]): Entity {
  const heads = compressJson(approvals.map((one) => packedHead(one.head)));
  let kept = approvals.flatMap((one) => (one.body ? [[one.head.id, one.body] as const] : []));
  let bodies = compressJson(Object.fromEntries(kept));
  while (bodies.length > MAX_BODIES) {
    const bySize = kept.map((one) => ({ one, size: JSON.stringify(one).length })).sort((a, b) => a.size - b.size);
    const room = (bySize.reduce((sum, { size }) => sum + size, 0) * MAX_BODIES * 0.9) / bodies.length;
    let used = 0;
    kept = bySize.slice(0, -1).flatMap(({ one, size }) => {
      used += size;
      return used <= room ? [one] : [];
    });
    bodies = compressJson(Object.fromEntries(kept));
  }
  return { ...piecesOf('Head', heads), ...piecesOf('Body', bodies), ...key };
}

/** The heads of a row. Unreadable ones count as none: they must not keep anybody from deciding, and the repair corrects them. */
export function headsIn(row: Row): ApprovalHead[] {
  const parsed = HEADS.safeParse(decompressJson(textOf(row, 'Head')));
  return parsed.success ? parsed.data.map(headOfPacked) : [];
}

/** The bodies of a row by id, without those that were too large. */
export function bodiesIn(row: Row): ReadonlyMap<string, Body> {
  const parsed = BODIES.safeParse(decompressJson(textOf(row, 'Body')));
  return new Map(parsed.success ? Object.entries(parsed.data) : []);
}

export function packedIn(row: Row): PackedApproval[] {
  const bodies = bodiesIn(row);
  return headsIn(row).map((one) => ({ head: one, body: bodies.get(one.id) ?? null }));
}

function packedHead(one: ApprovalHead): PackedHead {
  const { id, status, purpose, rule, title, severity, impact, resource, name, changedBy, requestedAt, expiresAt } = one;
  const after = Date.parse(expiresAt) - Date.parse(requestedAt);
  const isExact = after >= 0 && after <= MAX_EXPIRY_MS && expiryOf(requestedAt, after) === expiresAt;
  const expiry = isExact ? after : expiresAt;
  return [id, status, purpose, rule, title, severity, impact, resource, name, changedBy, requestedAt, expiry];
}

function headOfPacked(packedOne: PackedHead): ApprovalHead {
  const [id, status, purpose, rule, title, severity, impact, resource, name, changedBy, requestedAt, expiry] =
    packedOne;
  const expiresAt = typeof expiry === 'string' ? expiry : expiryOf(requestedAt, expiry);
  return { id, status, purpose, rule, title, severity, impact, resource, name, changedBy, requestedAt, expiresAt };
}

function expiryOf(requestedAt: string, after: number): string {
  return timeAfter(requestedAt, after).toISOString();
}

/** Characters. With the heads of a thousand approvals a row has at most half of what Azure allows. */
const MAX_BODIES = 250_000;
