/** The schemas of stored rows, typed against the domain in both directions: a new or removed member does not compile until it is changed here. */

import * as z from 'zod';
import { APPROVAL_STATUSES, type Approval, type Person } from '../../domain/approvals/approval.ts';
import type { Exemption } from '../../domain/approvals/exemption.ts';
import { type Actor, AUDIT_KINDS, type AuditEntry, type SealedRecord, type Trigger } from '../../domain/audit/audit.ts';
import type { Change, PreservedValue } from '../../domain/changes/change.ts';
import type { DeclinedChange } from '../../domain/decisions/constraints.ts';
import type { ConstraintEffect } from '../../domain/decisions/decide.ts';
import type { Finding } from '../../domain/decisions/finding.ts';
import { DOCUMENT_NAMES, IMPACTS } from '../../domain/resources/documents.ts';
import type { Caller, ChangeEvent } from '../../domain/resources/event.ts';
import { ACTIONS, MODES, REASON_CODES, type Reason } from '../../domain/resources/reasons.ts';
import type { ResourceView } from '../../domain/resources/resource.ts';
import type { RuleHistory } from '../../domain/rules/history.ts';
import { SEVERITIES, TIERS, VERDICTS } from '../../domain/rules/rule.ts';
import { settingsSchema } from '../../domain/rules/settings.ts';
import type { StoredEvent } from '../../workflows/ports/events.ts';
import type { OpenOperation, ResourceState } from '../../workflows/ports/resource-states.ts';
import type { StoredSettings } from '../../workflows/ports/settings.ts';
import { arrayOf, schemaOf } from './schema-of.ts';
import { writer } from './writer.ts';

export interface StoredResourceState extends Omit<ResourceState, 'findings'> {
  readonly findings: readonly Omit<Finding, 'resource'>[];
}

const text = z.string();
const orNull = text.nullable();

const caller = schemaOf<Caller>()(
  z.strictObject({ objectId: text, name: text.exactOptional(), type: z.enum(['user', 'app']) }),
);
const person = schemaOf<Person>()(z.strictObject({ objectId: text, name: text }));
const resourceView = schemaOf<ResourceView>()(z.strictObject({ id: text, type: text, name: text }));
const reason = schemaOf<Reason>()(z.strictObject({ code: z.enum(REASON_CODES), text }));
const change = schemaOf<Change>()(
  z.strictObject({ document: z.enum(DOCUMENT_NAMES), path: text, from: z.json(), to: z.json() }),
);
const preservedValue = schemaOf<PreservedValue>()(
  z.strictObject({ document: z.enum(DOCUMENT_NAMES), path: text, value: z.json() }),
);

const trigger = schemaOf<Trigger>()(
  z.strictObject({
    type: z.enum(['event', 'sweep', 'scan', 'decision']),
    eventId: text.exactOptional(),
    operation: text.exactOptional(),
    changedBy: caller.exactOptional(),
    correlationId: text.exactOptional(),
  }),
);

const actor = schemaOf<Actor>()(
  z.strictObject({
    type: z.enum(['service', 'user', 'app']),
    objectId: text.exactOptional(),
    name: text.exactOptional(),
  }),
);

const recordFields = {
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
  changes: arrayOf(change),
  alsoMoved: arrayOf(change),
  reasons: arrayOf(reason),
  arm: z
    .strictObject({
      requestId: text.exactOptional(),
      correlationId: text.exactOptional(),
      status: z.number().exactOptional(),
    })
    .nullable(),
  message: text,
};
const sealedRecord = schemaOf<SealedRecord>()(
  z.strictObject({ ...recordFields, keyId: text, hash: text, signature: text }),
);

/** Records that wait in a row for the log. Only kinds about such a row are valid, so that an attacker cannot add other records. */
function recordsAbout(...kinds: readonly string[]) {
  return arrayOf(
    sealedRecord.refine(({ kind }) => kinds.some((one) => kind.startsWith(`${one}.`)), 'is no record about such a row'),
  );
}

export const auditEntry = schemaOf<AuditEntry>()(
  z.strictObject({
    ...recordFields,
    chain: text,
    seq: z.int(),
    prevHash: text,
    hash: text,
    keyId: text,
    signature: text,
  }),
);

/** `last` is the hash of the last entry; `hash` belongs to the seal. */
export const storedHead = z.strictObject({
  chain: text,
  seq: z.int(),
  last: text,
  at: orNull,
  hash: text,
  keyId: text,
  signature: text,
});

const changeEvent = schemaOf<ChangeEvent>()(
  z.strictObject({
    id: text,
    operation: text,
    eventTime: orNull,
    correlationId: orNull,
    changedBy: caller.nullable(),
    appId: orNull,
  }),
);

export const storedEvent = schemaOf<StoredEvent>()(
  z.strictObject({
    event: changeEvent,
    resource: orNull,
    receivedAt: text,
    outcome: z.enum(['ignored', 'covered', 'evaluated', 'gone', 'dead']).nullable(),
    auditIds: arrayOf(text),
    reasons: arrayOf(reason),
  }),
);

const constraintEffect = schemaOf<ConstraintEffect>()(
  z.strictObject({ code: z.enum(REASON_CODES), at: z.enum(ACTIONS), until: orNull, ifLifted: z.enum(ACTIONS) }),
);

const findingFields = {
  rule: text,
  title: text,
  severity: z.enum(SEVERITIES),
  tier: z.enum(TIERS),
  verdict: z.enum(VERDICTS),
  reason: text,
  changes: arrayOf(change),
  references: arrayOf(z.strictObject({ source: text, id: text })),
  since: text,
  evaluatedAt: text,
  decision: z
    .strictObject({
      action: z.enum(ACTIONS),
      until: orNull,
      reasons: arrayOf(reason),
      ceilings: arrayOf(constraintEffect).default([]),
      approvalId: text.exactOptional(),
    })
    .nullable(),
};
export const finding = schemaOf<Finding>()(z.strictObject({ ...findingFields, resource: resourceView }));

export const approval = schemaOf<Approval>()(
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
    changes: arrayOf(change),
    preserved: arrayOf(preservedValue),
    source: z.strictObject({ bicep: text, terraform: text }),
    changedBy: caller.nullable(),
    reasons: arrayOf(reason),
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
    moved: arrayOf(change),
    auditIds: arrayOf(text),
    outbox: recordsAbout('approval'),
  }),
);

const declinedChange = schemaOf<DeclinedChange>()(
  z.strictObject({
    status: z.enum(['rejected', 'expired']),
    at: text,
    until: orNull,
    byChanger: z.literal(true).exactOptional(),
  }),
);

const openOperation = schemaOf<OpenOperation>()(
  z.strictObject({
    operationId: text,
    startedAt: text,
    trigger,
    attempts: arrayOf(
      z.strictObject({
        rule: text,
        ruleVersion: z.number(),
        purpose: z.enum(['fix', 'rollback']),
        digest: text,
        changes: arrayOf(change),
        approvalId: orNull,
        attemptCount: z.int(),
        state: z.enum(['open', 'unknown', 'blocked', 'held']),
      }),
    ),
    operationUrls: arrayOf(text),
  }),
);

const ruleHistory = schemaOf<RuleHistory>()(
  z.strictObject({ fixedAt: arrayOf(text), failedAt: arrayOf(text), alsoMovedAt: orNull }),
);

/** The state names the resource of its findings once. */
export const resourceState = schemaOf<StoredResourceState>()(
  z.strictObject({
    resource: resourceView,
    gone: z.boolean(),
    evaluatedAt: orNull,
    fullyEvaluatedAt: orNull.default(null),
    trigger: trigger.nullable(),
    documents: arrayOf(
      z.strictObject({
        name: text,
        status: z.enum(['read', 'missing', 'forbidden', 'failed', 'not-read']),
        detail: text.exactOptional(),
      }),
    ),
    findings: arrayOf(z.strictObject(findingFields)),
    recheckAt: orNull,
    writers: arrayOf(writer),
    writersTruncatedAt: orNull,
    compliantAt: z.record(text, text),
    unattributedSince: z.record(text, text),
    beforeFix: z.record(text, z.strictObject({ compliantAt: orNull, unattributed: z.boolean() })),
    history: z.record(text, ruleHistory).default({}),
    openApprovals: arrayOf(text),
    declined: z.record(text, declinedChange),
    operations: arrayOf(openOperation),
  }),
);

export const storedSettings = schemaOf<StoredSettings>()(
  z.strictObject({
    settings: settingsSchema,
    revision: z.int(),
    stoppedAt: orNull,
    stoppedBy: person.nullable(),
    records: recordsAbout('settings', 'service'),
  }),
);

export const exemption = schemaOf<Exemption>()(
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
    outbox: recordsAbout('exemption'),
  }),
);
