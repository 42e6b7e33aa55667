/** The form of what is told about resources: findings, why and why not, and the posture in numbers. */
import * as z from 'zod';
import { ACTIONS, REASON_CODES } from '../domain/reasons.ts';
import { SEVERITIES, TIERS, VERDICTS } from '../domain/rule.ts';
import { caller, change, name, reason, reference, resource, source, text, time, trigger } from './schemas.ts';

const decision = z.strictObject({
  action: z.enum(ACTIONS),
  until: time.nullable(),
  reasons: z.array(reason),
  approvalId: text.exactOptional(),
});

export const finding = name(
  'Finding',
  z.strictObject({
    rule: text,
    title: text,
    severity: z.enum(SEVERITIES),
    tier: z.enum(TIERS),
    verdict: z.enum(VERDICTS),
    reason: text,
    resource,
    changes: z.array(change),
    references: z.array(reference),
    since: time,
    evaluatedAt: time,
    decision: decision.nullable().describe('null unless the verdict is violation'),
  }),
);

const explainedFinding = name(
  'ExplainedFinding',
  finding.extend({
    source: source.exactOptional().describe('Of a violation: the lines that fix it where it is declared'),
    decision: decision
      .extend({
        ceilings: z.array(
          z.strictObject({
            code: z.enum(REASON_CODES),
            at: z.enum(ACTIONS).describe('The most that may happen because of it'),
            until: time.nullable(),
            ifLifted: z.enum(ACTIONS).describe('What would happen if it alone were not there'),
          }),
        ),
      })
      .nullable(),
  }),
);

const outcome = z
  .enum(['ignored', 'covered', 'evaluated', 'gone', 'dead'])
  .nullable()
  .describe('null while the event still waits');

export const explainedResource = name(
  'ExplainedResource',
  z.strictObject({
    resource,
    evaluatedAt: time,
    trigger: trigger.nullable(),
    documents: z.array(
      z.strictObject({
        name: text,
        status: z.enum(['read', 'missing', 'forbidden', 'failed', 'not-read']),
        detail: text.exactOptional(),
      }),
    ),
    findings: z.array(explainedFinding),
    events: z
      .array(
        z.strictObject({
          eventId: text,
          receivedAt: time,
          operation: text,
          changedBy: caller.nullable(),
          outcome,
          auditIds: z.array(text),
          reasons: z.array(reason),
        }),
      )
      .describe('The latest 20, newest first'),
  }),
);

export const explainedEvent = name(
  'ExplainedEvent',
  z.strictObject({ eventId: text, receivedAt: time, outcome, auditIds: z.array(text), reasons: z.array(reason) }),
);

export const summary = name(
  'Summary',
  z.strictObject({
    resources: z.int(),
    byVerdict: countsOf(VERDICTS),
    bySeverity: countsOf(SEVERITIES).describe('Of violations'),
    byRule: z.array(z.strictObject({ rule: text, violations: z.int() })),
    approvals: z.strictObject({ pending: z.int(), oldestAt: time.nullable() }),
    fixes: z.strictObject({ last24h: z.int(), last30d: z.int() }),
    meanTimeToFixSeconds: z.number().nullable().describe('From the receipt of the event to the applied fix'),
  }),
);

/** A count under each name: properties and no record, because that is where linters and client generators look for names. */
function countsOf(names: readonly string[]) {
  return z.strictObject(Object.fromEntries(names.map((one) => [one, z.int()])));
}
