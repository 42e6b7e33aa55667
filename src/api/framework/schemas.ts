/** The schemas of the answers: they type the views, openapi.ts publishes them, and tests validate the answers with them. */
import * as z from 'zod';
import { APPROVAL_STATUSES } from '../../domain/approvals/approval.ts';
import { AUDIT_KINDS } from '../../domain/audit/audit.ts';
import { DOCUMENT_NAMES, IMPACTS } from '../../domain/resources/documents.ts';
import { MODES, REASON_CODES } from '../../domain/resources/reasons.ts';
import { SEVERITIES, TIERS } from '../../domain/rules/rule.ts';
import { settingsSchema } from '../../domain/rules/settings.ts';

/** The schemas that are components in openapi.json. */
export const componentRegistry = z.registry<{ id: string }>();

export const text = z.string();

/** Any JSON value. */
const json = z.unknown();
export const time = z.iso.datetime().describe('ISO 8601 in UTC');

export const resource = component('Resource', z.strictObject({ id: text, type: text, name: text }));

export const change = component(
  'Change',
  z.strictObject({
    document: z.enum(DOCUMENT_NAMES),
    path: text.describe('JSON Pointer in the document; an element of diagnosticSettings is addressed by its name'),
    from: json,
    to: json,
  }),
);

export const reason = component('Reason', z.strictObject({ code: z.enum(REASON_CODES), text }));

export const caller = component(
  'Caller',
  z.strictObject({ objectId: text, name: text.exactOptional(), type: z.enum(['user', 'app']) }),
);

const person = component('Person', z.strictObject({ objectId: text, name: text }));

export const documentation = text.describe(
  'The section about the rule, relative to the repository, such as docs/rules/web-app.md#webapp-https-only',
);

export const reference = z.strictObject({ source: text, id: text });

export const source = z.strictObject({ bicep: text, terraform: text });

export const approval = component(
  'Approval',
  z.strictObject({
    id: text,
    purpose: z.enum(['fix', 'rollback']),
    status: z.enum(APPROVAL_STATUSES),
    digest: text.describe('The digest that a decision must name: sha256:<hex>'),
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
        'The requests that write the changes; with `whole` the body shows only the changed properties of the body that is sent',
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
      .describe(
        'Values that changed since the approval that this one replaced; of a superseded rollback, since its fix',
      ),
    auditIds: z.array(text),
  }),
);

export const approvalGroups = component(
  'ApprovalGroups',
  z.strictObject({
    items: z.array(z.strictObject({ key: text, count: z.int(), oldest: time, impact: z.enum(IMPACTS) })),
    incomplete: z
      .literal(true)
      .exactOptional()
      .describe('There are more than can be counted at once; use the other filters'),
  }),
);

/** A problem document as part of an answer; its schema as an answer is in openapi.ts. */
const problem = z.looseObject({ type: text, title: text, status: z.int(), detail: text, code: text.exactOptional() });

export const decisions = component(
  'Decisions',
  z.strictObject({
    items: z
      .array(
        z.strictObject({
          id: text,
          status: z.int().describe('The status of the same decision as a single request'),
          approval: approval.exactOptional(),
          problem: problem.exactOptional(),
        }),
      )
      .describe('In the order of the request'),
  }),
);

export const trigger = component(
  'Trigger',
  z.strictObject({
    type: z.enum(['event', 'sweep', 'scan', 'decision']),
    eventId: text.exactOptional(),
    operation: text.exactOptional(),
    changedBy: caller.exactOptional(),
    correlationId: text.exactOptional(),
  }),
);

/** Exactly what is signed, with nulls, so that everybody can compute its hash. */
export const auditEntry = component(
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

export const verification = component(
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

export const rule = component(
  'Rule',
  z.strictObject({
    id: text,
    version: z.int(),
    title: text,
    why: text,
    fix: text.nullable().describe('What the fix writes; null when the rule has none'),
    risk: text,
    differs: text.exactOptional().describe('What other authorities require, and why this rule differs'),
    severity: z.enum(SEVERITIES),
    tier: z.enum(TIERS),
    profile: z.enum(['baseline', 'strict']),
    kind: z.enum(['web-app', 'container-app', 'environment', 'plan', 'subscription']),
    reversible: z.boolean(),
    documents: z.array(text),
    parameters: z.record(text, json).describe('JSON Schema of the parameters that settings may give'),
    defaults: z.record(text, json),
    references: z.array(reference),
    documentation,
    source,
  }),
);

export const settings = component(
  'Settings',
  settingsSchema.extend({
    stopped: z.strictObject({ reason: text, at: time.nullable(), by: person.nullable() }).nullable(),
  }),
);

export const health = component(
  'Health',
  z.strictObject({
    status: z.enum(['ok', 'failing']),
    version: text,
    checks: z.array(z.strictObject({ name: text, ok: z.boolean(), message: text })),
  }),
);

/** One page of a list. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), nextCursor: text.exactOptional() });
}

/** Registers a schema as a component of openapi.json. */
export function component<T extends z.ZodType>(id: string, schema: T): T {
  componentRegistry.add(schema, { id });
  return schema;
}
