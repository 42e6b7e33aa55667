/** The answers about findings, explanations and the summary. */
import * as z from 'zod';
import { decision } from '../../../domain/decisions/decide.ts';
import { countsOf, findingGroup } from '../../../domain/decisions/find-findings.ts';
import { finding } from '../../../domain/decisions/finding.ts';
import { healthGate } from '../../../domain/health/gate.ts';
import { changeEvent } from '../../../domain/resources/event.ts';
import { ACTIONS, REASON_CODES } from '../../../domain/resources/reasons.ts';
import { type Infer, time } from '../../../domain/resources/schema.ts';
import { documentation } from '../../../domain/rules/documentation.ts';
import { SEVERITIES, source, VERDICTS } from '../../../domain/rules/rule.ts';
import { storedEvent } from '../../../workflows/ports/events.ts';
import { resourceState } from '../../../workflows/ports/resource-states.ts';

/** In a list: with its documentation, and without the single constraints, which `GET /explain` shows. */
export const findingAnswer = finding
  .omit({ basis: true })
  .extend({
    documentation,
    decision: decision.omit({ ceilings: true }).nullable().describe('null unless the verdict is violation'),
  })
  .meta({ id: 'Finding' });

/** In the list with `view=brief`: what the kept briefs have. */
export const findingBriefAnswer = finding
  .pick({ rule: true, title: true, severity: true, verdict: true, resource: true, references: true, since: true })
  .extend({
    key: z.string().describe('Of the resource, as in `/resources/{key}`'),
    documentation,
    evaluatedAt: time.describe('When any rule was last evaluated on the resource'),
    decision: z
      .strictObject({
        action: z.enum(ACTIONS),
        reason: z.enum(REASON_CODES).exactOptional().describe('The code of the first reason that decides the action'),
        hasApproval: z.boolean().describe('Whether an approval is open'),
      })
      .nullable()
      .describe('null unless the verdict is violation'),
  })
  .meta({ id: 'FindingBrief' });

export const findingGroups = z
  .strictObject({
    items: z.array(findingGroup),
    incomplete: z.literal(true).exactOptional().describe('There are more than 10,000 groups; the smallest are missing'),
  })
  .meta({ id: 'FindingGroups' });

const explainedFinding = finding
  .omit({ basis: true })
  .extend({
    documentation,
    source: source.exactOptional().describe('Of a violation: the lines that fix it where it is declared'),
  })
  .meta({ id: 'ExplainedFinding' });
export type ExplainedFinding = Infer<typeof explainedFinding>;

export const explainedEvent = storedEvent
  .omit({ event: true, resource: true })
  .extend({ eventId: z.string() })
  .meta({ id: 'ExplainedEvent' });

const explainedGate = healthGate
  .pick({ startedAt: true, dueAt: true, before: true, next: true, status: true, reasons: true, endedAt: true })
  .extend({ rules: z.array(z.string()).describe('The rules whose fixes were watched') })
  .meta({ id: 'ExplainedGate' });
export type ExplainedGate = Infer<typeof explainedGate>;

export const explainedResource = resourceState
  .pick({ resource: true, trigger: true, documents: true })
  .extend({
    evaluatedAt: time,
    sweep: z
      .strictObject({
        listedAt: time.describe('When the last sweep saw the rows of Resource Graph'),
        readAt: time.nullable().describe('When a sweep last read all documents'),
        byRows: z.boolean().describe('Whether its rows may stand for a reading, as far as they are proven'),
      })
      .exactOptional()
      .describe('Absent when no sweep has listed it'),
    healthGates: z
      .array(explainedGate)
      .exactOptional()
      .describe(
        'How the app was watched after fixes that disturb it, in the last seven days, newest first. Absent: never',
      ),
    findings: z.array(explainedFinding),
    events: z
      .array(explainedEvent.extend(changeEvent.pick({ operation: true, changedBy: true }).shape))
      .describe('The latest 20, newest first'),
  })
  .meta({ id: 'ExplainedResource' });

export const summary = z
  .strictObject({
    resources: z.int(),
    byVerdict: countsOf(VERDICTS),
    bySeverity: countsOf(SEVERITIES).describe('Of violations'),
    byRule: z.array(z.strictObject({ rule: z.string(), violations: z.int() })),
    approvals: z.strictObject({ pending: z.int(), oldestAt: time.nullable() }),
    fixes: z.strictObject({ last24h: z.int(), last30d: z.int() }),
    meanTimeToFixSeconds: z
      .number()
      .nullable()
      .describe('From the receipt of the event to the applied fix; null when no event has led to one in 30 days'),
  })
  .meta({ id: 'Summary' });
export type Summary = Infer<typeof summary>;
