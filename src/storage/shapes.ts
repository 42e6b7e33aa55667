/** The shapes of what is stored, held to the domain's types in both directions: a field that is new or gone must be dealt with here. */
import * as z from 'zod';
import { APPROVAL_STATUSES, type Approval, type Person } from '../domain/approval.ts';
import { type Actor, AUDIT_KINDS, type AuditEntry, type SealedFact, type Trigger } from '../domain/audit.ts';
import type { ChangeMemory } from '../domain/ceilings.ts';
import type { Change, Kept } from '../domain/change.ts';
import type { Lift } from '../domain/decide.ts';
import { DOCUMENT_NAMES, IMPACTS } from '../domain/documents.ts';
import type { Caller, ChangeEvent } from '../domain/event.ts';
import type { Exemption } from '../domain/exemption.ts';
import type { Finding } from '../domain/finding.ts';
import type { RuleHistory } from '../domain/history.ts';
import { ACTIONS, REASON_CODES, type Reason } from '../domain/reasons.ts';
import type { ResourceView } from '../domain/resource.ts';
import { SEVERITIES, TIERS, VERDICTS } from '../domain/rule.ts';
import { MODES, settingsSchema } from '../domain/settings.ts';
import type { OpenOperation, ResourceMemory, StoredEvent, StoredSettings } from '../workflows/ports.ts';
import { listOf, shapeOf } from './shape-of.ts';
import { writer } from './writer-shape.ts';

export interface StoredMemory extends Omit<ResourceMemory, 'findings'> {
  readonly findings: readonly Omit<Finding, 'resource'>[];
}

const text = z.string();
const orNull = text.nullable();

const caller = shapeOf<Caller>()(
  z.strictObject({ objectId: text, name: text.exactOptional(), type: z.enum(['user', 'app']) }),
);
const person = shapeOf<Person>()(z.strictObject({ objectId: text, name: text }));
const resourceView = shapeOf<ResourceView>()(z.strictObject({ id: text, type: text, name: text }));
const reason = shapeOf<Reason>()(z.strictObject({ code: z.enum(REASON_CODES), text }));
const change = shapeOf<Change>()(
  z.strictObject({ document: z.enum(DOCUMENT_NAMES), path: text, from: z.json(), to: z.json() }),
);
const kept = shapeOf<Kept>()(z.strictObject({ document: z.enum(DOCUMENT_NAMES), path: text, value: z.json() }));

const trigger = shapeOf<Trigger>()(
  z.strictObject({
    type: z.enum(['event', 'sweep', 'scan', 'decision']),
    eventId: text.exactOptional(),
    operation: text.exactOptional(),
    changedBy: caller.exactOptional(),
    correlationId: text.exactOptional(),
  }),
);

const actor = shapeOf<Actor>()(
  z.strictObject({
    type: z.enum(['service', 'user', 'app']),
    objectId: text.exactOptional(),
    name: text.exactOptional(),
  }),
);

const factFields = {
  id: text,
  at: text,
  kind: z.enum(AUDIT_KINDS),
  resource: resourceView.nullable(),
  rule: orNull,
  mode: z.enum(MODES).nullable(),
  operationId: orNull,
  approvalId: orNull,
  actor,
  trigger: trigger.nullable(),
  changes: listOf(change),
  alsoMoved: listOf(change),
  reasons: listOf(reason),
  arm: z
    .strictObject({
      requestId: text.exactOptional(),
      correlationId: text.exactOptional(),
      status: z.number().exactOptional(),
    })
    .nullable(),
  message: text,
};
const sealedFact = shapeOf<SealedFact>()(z.strictObject({ ...factFields, keyId: text, hash: text, signature: text }));

/** Facts that wait in a row to be signed: those about such a row and no others, so that none can be slipped in through it. */
function factsAbout(...kinds: readonly string[]) {
  return listOf(
    sealedFact.refine(({ kind }) => kinds.some((one) => kind.startsWith(`${one}.`)), 'is no fact about such a row'),
  );
}

export const auditEntry = shapeOf<AuditEntry>()(
  z.strictObject({
    ...factFields,
    chain: text,
    seq: z.int(),
    prevHash: text,
    hash: text,
    keyId: text,
    signature: text,
  }),
);

/** `last` is the hash of the last entry; the seal has one of its own. */
export const storedHead = z.strictObject({
  chain: text,
  seq: z.int(),
  last: text,
  at: orNull,
  hash: text,
  keyId: text,
  signature: text,
});

const changeEvent = shapeOf<ChangeEvent>()(
  z.strictObject({
    id: text,
    operation: text,
    eventTime: orNull,
    correlationId: orNull,
    changedBy: caller.nullable(),
    appId: orNull,
  }),
);

export const storedEvent = shapeOf<StoredEvent>()(
  z.strictObject({
    event: changeEvent,
    resource: orNull,
    receivedAt: text,
    outcome: z.enum(['ignored', 'covered', 'evaluated', 'gone', 'dead']).nullable(),
    auditIds: listOf(text),
    reasons: listOf(reason),
  }),
);

const lift = shapeOf<Lift>()(
  z.strictObject({ code: z.enum(REASON_CODES), at: z.enum(ACTIONS), until: orNull, ifLifted: z.enum(ACTIONS) }),
);

const findingFields = {
  rule: text,
  title: text,
  severity: z.enum(SEVERITIES),
  tier: z.enum(TIERS),
  verdict: z.enum(VERDICTS),
  reason: text,
  changes: listOf(change),
  references: listOf(z.strictObject({ source: text, id: text })),
  since: text,
  evaluatedAt: text,
  decision: z
    .strictObject({
      action: z.enum(ACTIONS),
      until: orNull,
      reasons: listOf(reason),
      ceilings: listOf(lift).default([]),
      approvalId: text.exactOptional(),
    })
    .nullable(),
};
export const finding = shapeOf<Finding>()(z.strictObject({ ...findingFields, resource: resourceView }));

export const approval = shapeOf<Approval>()(
  z.strictObject({
    id: text,
    purpose: z.enum(['fix', 'rollback']),
    status: z.enum(APPROVAL_STATUSES),
    digest: text,
    resource: resourceView,
    rule: z.strictObject({
      id: text,
      version: z.number(),
      title: text,
      severity: z.enum(SEVERITIES),
      risk: text,
      impact: z.enum(IMPACTS),
      reversible: z.boolean(),
    }),
    changes: listOf(change),
    kept: listOf(kept),
    source: z.strictObject({ bicep: text, terraform: text }),
    changedBy: caller.nullable(),
    reasons: listOf(reason),
    requestedAt: text,
    expiresAt: text,
    decision: z
      .strictObject({
        by: person,
        at: text,
        comment: orNull,
        decision: z.enum(['approve', 'reject']),
        changerUnknown: z.boolean(),
      })
      .nullable(),
    supersededBy: orNull,
    moved: listOf(change),
    auditIds: listOf(text),
    unlogged: factsAbout('approval'),
  }),
);

const changeMemory = shapeOf<ChangeMemory>()(
  z.strictObject({
    status: z.enum(['rejected', 'expired']),
    at: text,
    until: orNull,
    byChanger: z.literal(true).exactOptional(),
  }),
);

const openOperation = shapeOf<OpenOperation>()(
  z.strictObject({
    operationId: text,
    startedAt: text,
    trigger,
    entries: listOf(
      z.strictObject({
        rule: text,
        ruleVersion: z.number(),
        purpose: z.enum(['fix', 'rollback']),
        digest: text,
        changes: listOf(change),
        approvalId: orNull,
        attempts: z.int(),
        state: z.enum(['open', 'unknown', 'blocked', 'held']),
      }),
    ),
    waitingFor: listOf(text),
  }),
);

const ruleHistory = shapeOf<RuleHistory>()(
  z.strictObject({ fixedAt: listOf(text), failedAt: listOf(text), alsoMovedAt: orNull }),
);

/** A memory says once whose findings it holds. */
export const resourceMemory = shapeOf<StoredMemory>()(
  z.strictObject({
    resource: resourceView,
    gone: z.boolean(),
    evaluatedAt: orNull,
    completeAt: orNull.default(null),
    trigger: trigger.nullable(),
    documents: listOf(
      z.strictObject({
        name: text,
        status: z.enum(['read', 'missing', 'forbidden', 'failed', 'not-read']),
        detail: text.exactOptional(),
      }),
    ),
    findings: listOf(z.strictObject(findingFields)),
    lookAgainAt: orNull,
    writers: listOf(writer),
    writersCut: orNull,
    heldAt: z.record(text, text),
    unexplained: z.record(text, text),
    beforeFix: z.record(text, z.strictObject({ heldAt: orNull, unexplained: z.boolean() })),
    history: z.record(text, ruleHistory).default({}),
    openApprovals: listOf(text),
    declined: z.record(text, changeMemory),
    operations: listOf(openOperation),
  }),
);

export const storedSettings = shapeOf<StoredSettings>()(
  z.strictObject({
    settings: settingsSchema,
    revision: z.int(),
    stoppedAt: orNull,
    stoppedBy: person.nullable(),
    facts: factsAbout('settings', 'service'),
  }),
);

export const exemption = shapeOf<Exemption>()(
  z.strictObject({
    id: text,
    scope: text,
    rule: text,
    owner: text,
    reason: text,
    ticket: orNull,
    expires: text,
    createdAt: text,
    createdBy: actor,
    removedAt: orNull,
    unlogged: factsAbout('exemption'),
  }),
);
