/** The schemas of findings, explanations and the summary. */
import * as z from 'zod';
import { ACTIONS, REASON_CODES } from '../../../domain/resources/reasons.ts';
import { SEVERITIES, TIERS, VERDICTS } from '../../../domain/rules/rule.ts';
import {
  caller,
  change,
  component,
  documentation,
  reason,
  reference,
  resource,
  source,
  text,
  time,
  trigger,
} from '../../framework/schemas.ts';

const decision = z.strictObject({
  action: z.enum(ACTIONS),
  until: time.nullable(),
  reasons: z.array(reason),
  approvalId: text.exactOptional(),
});

export const finding = component(
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
    documentation,
    since: time,
    evaluatedAt: time,
    decision: decision.nullable().describe('null unless the verdict is violation'),
  }),
);

const explainedFinding = component(
  'ExplainedFinding',
  finding.extend({
    source: source.exactOptional().describe('Of a violation: the lines that fix it where it is declared'),
    decision: decision
      .extend({
        ceilings: z.array(
          z.strictObject({
            code: z.enum(REASON_CODES),
            at: z.enum(ACTIONS).describe('The most that it allows'),
            until: time.nullable(),
            ifLifted: z.enum(ACTIONS).describe('What would happen without it alone'),
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

export const explainedResource = component(
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

export const explainedEvent = component(
  'ExplainedEvent',
  z.strictObject({ eventId: text, receivedAt: time, outcome, auditIds: z.array(text), reasons: z.array(reason) }),
);

export const summary = component(
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
