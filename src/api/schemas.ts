/** The form of every answer, once: the views are typed by it, openapi.ts publishes it, the tests hold the answers against it. */
import * as z from 'zod';
import { APPROVAL_STATUSES } from '../domain/approval.ts';
import { AUDIT_KINDS } from '../domain/audit.ts';
import { DOCUMENT_NAMES, IMPACTS } from '../domain/documents.ts';
import { REASON_CODES } from '../domain/reasons.ts';
import { SEVERITIES, TIERS } from '../domain/rule.ts';
import { MODES, settingsSchema } from '../domain/settings.ts';

/** The schemas with a name of their own in openapi.json. */
export const named = z.registry<{ id: string }>();

export const text = z.string();
/** Any JSON value. */
const json = z.unknown();
export const time = z.iso.datetime().describe('ISO 8601 in UTC');

export const resource = name('Resource', z.strictObject({ id: text, type: text, name: text }));

export const change = name(
  'Change',
  z.strictObject({
    document: z.enum(DOCUMENT_NAMES),
    path: text.describe('JSON Pointer in the document; an element of diagnosticSettings is addressed by its name'),
    from: json,
    to: json,
  }),
);

export const reason = name('Reason', z.strictObject({ code: z.enum(REASON_CODES), text }));

export const caller = name(
  'Caller',
  z.strictObject({ objectId: text, name: text.exactOptional(), type: z.enum(['user', 'app']) }),
);

const person = name('Person', z.strictObject({ objectId: text, name: text }));

export const reference = z.strictObject({ source: text, id: text });

export const source = z.strictObject({ bicep: text, terraform: text });

export const approval = name(
  'Approval',
  z.strictObject({
    id: text,
    purpose: z.enum(['fix', 'rollback']),
    status: z.enum(APPROVAL_STATUSES),
    digest: text.describe('What a decision is bound to: sha256:<hex>'),
    resource,
    rule: z.strictObject({
      id: text,
      version: z.int(),
      title: text,
      severity: z.enum(SEVERITIES),
      risk: text,
      impact: z.enum(IMPACTS),
      reversible: z.boolean(),
    }),
    changes: z.array(change),
    plan: z
      .array(
        z.strictObject({
          method: z.enum(['PATCH', 'PUT', 'DELETE']),
          path: text,
          body: json.exactOptional(),
          whole: z.literal(true).exactOptional(),
        }),
      )
      .describe(
        'The requests that carry out the changes; with `whole` the body shows the changed leaves of what is sent',
      ),
    source,
    changedBy: caller.exactOptional(),
    reasons: z.array(reason),
    requestedAt: time,
    expiresAt: time,
    decision: z.strictObject({ by: person, at: time, comment: text.nullable() }).exactOptional(),
    supersededBy: text.exactOptional(),
    moved: z
      .array(change)
      .describe('What an approval that replaced another found moved; of a superseded rollback, what moved since'),
    auditIds: z.array(text),
  }),
);

export const approvalGroups = name(
  'ApprovalGroups',
  z.strictObject({
    items: z.array(z.strictObject({ key: text, count: z.int(), oldest: time, impact: z.enum(IMPACTS) })),
    incomplete: z
      .literal(true)
      .exactOptional()
      .describe('There are more than can be counted at once; narrow it with the other filters'),
  }),
);

/** A problem document as part of an answer; its form as an answer of its own is in openapi.ts. */
const problem = z.looseObject({ type: text, title: text, status: z.int(), detail: text, code: text.exactOptional() });

export const decisions = name(
  'Decisions',
  z.strictObject({
    items: z
      .array(
        z.strictObject({
          id: text,
          status: z.int().describe('What the single call would have answered'),
          approval: approval.exactOptional(),
          problem: problem.exactOptional(),
        }),
      )
      .describe('In the order of the request'),
  }),
);

export const trigger = name(
  'Trigger',
  z.strictObject({
    type: z.enum(['event', 'sweep', 'scan', 'decision']),
    eventId: text.exactOptional(),
    operation: text.exactOptional(),
    changedBy: caller.exactOptional(),
    correlationId: text.exactOptional(),
  }),
);

/** Exactly what is signed, nulls included, so that anybody can compute its hash. */
export const auditEntry = name(
  'AuditEntry',
  z.strictObject({
    id: text,
    at: time,
    kind: z.enum(AUDIT_KINDS),
    resource: resource.nullable(),
    rule: text.nullable(),
    mode: z.enum(MODES).nullable(),
    operationId: text.nullable(),
    approvalId: text.nullable(),
    actor: z.strictObject({
      type: z.enum(['service', 'user', 'app']),
      objectId: text.exactOptional(),
      name: text.exactOptional(),
    }),
    trigger: trigger.nullable(),
    changes: z.array(change),
    alsoMoved: z.array(change),
    reasons: z.array(reason),
    arm: z
      .strictObject({
        requestId: text.exactOptional(),
        correlationId: text.exactOptional(),
        status: z.int().exactOptional(),
      })
      .nullable(),
    message: text,
    chain: text,
    seq: z.int(),
    prevHash: text,
    hash: text,
    keyId: text,
    signature: text,
  }),
);

export const verification = name(
  'AuditVerification',
  z.strictObject({
    valid: z.boolean(),
    complete: z.boolean(),
    entries: z.int(),
    verifiedTo: time.nullable(),
    publicKeys: z.array(z.strictObject({ keyId: text, publicKey: text })),
    firstBad: z.strictObject({ chain: text, seq: z.int(), id: text.nullable() }).exactOptional(),
    reason: text.exactOptional(),
  }),
);

export const rule = name(
  'Rule',
  z.strictObject({
    id: text,
    version: z.int(),
    title: text,
    why: text,
    fix: text.nullable().describe('What the fix writes; null where there is none in place'),
    risk: text,
    differs: text.exactOptional().describe('What other authorities ask, and why this differs'),
    severity: z.enum(SEVERITIES),
    tier: z.enum(TIERS),
    profile: z.enum(['baseline', 'strict']),
    kind: z.enum(['web-app', 'container-app', 'environment', 'plan', 'subscription']),
    reversible: z.boolean(),
    documents: z.array(text),
    parameters: z.record(text, json).describe('JSON Schema of the parameters that settings may give'),
    defaults: z.record(text, json),
    references: z.array(reference),
    source,
  }),
);

export const settings = name(
  'Settings',
  settingsSchema.extend({
    stopped: z.strictObject({ reason: text, at: time.nullable(), by: person.nullable() }).nullable(),
  }),
);

export const health = name(
  'Health',
  z.strictObject({
    status: z.enum(['ok', 'failing']),
    version: text,
    checks: z.array(z.strictObject({ name: text, ok: z.boolean(), message: text })),
  }),
);

/** One page of a list. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), nextCursor: text.exactOptional() });
}

/** Gives a schema its name in openapi.json. */
export function name<T extends z.ZodType>(id: string, schema: T): T {
  named.add(schema, { id });
  return schema;
}
