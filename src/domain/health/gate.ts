/**
 * A health gate: an app is watched after a write that disturbs it. It ends well, worse or unknown. Its row holds the state;
 * messages carry its id only.
 */
import * as z from 'zod';
import { reason } from '../resources/reasons.ts';
import { resourceView } from '../resources/resource.ts';
import { type Infer, time } from '../resources/schema.ts';

export const GATE_STATUSES = ['open', 'well', 'worse', 'unknown'] as const;
export type GateStatus = (typeof GATE_STATUSES)[number];

/** What Azure itself says of an app. starting: it may still come up. unread: it says nothing, or could not be read. */
export const CONDITIONS = ['good', 'ill', 'starting', 'unread'] as const;

export const appState = z.strictObject({
  condition: z.enum(CONDITIONS),
  /** What was read, as the end of a sentence, for example `its revision shop--7 is Unhealthy`. */
  text: z.string(),
});
export type AppState = Infer<typeof appState>;

/** The looks of a gate: at minute 3, at its end, and some minutes later for what metrics show late. */
export const GATE_STEPS = ['early', 'end', 'metrics'] as const;
export type GateStep = (typeof GATE_STEPS)[number];

export const healthGate = z
  .strictObject({
    id: z.string().describe('The operation of the writes'),
    resource: resourceView,
    subscriptionId: z.string(),
    resourceGroup: z.string().describe('In lower case'),
    /** The rules whose fixes are watched, and the approval of each; null for an automatic fix. */
    rules: z.array(z.strictObject({ id: z.string(), operationId: z.string(), approvalId: z.string().nullable() })),
    startedAt: time.describe('Right before the first write'),
    dueAt: time.describe('The end of healthGate.minutes'),
    before: appState.describe('What was read right before the write'),
    /** The next look; null when the gate was judged. */
    next: z.strictObject({ step: z.enum(GATE_STEPS), at: time }).nullable(),
    /** The last look found the app ill; the next one confirms it or not. */
    suspected: z.boolean(),
    status: z.enum(GATE_STATUSES),
    stateGood: z.boolean().describe('Whether the last look read the state of the app, and it was good'),
    reasons: z.array(reason),
    /** Whether people are told although nothing is rolled back. */
    told: z.boolean(),
    endedAt: time.nullable(),
  })
  .meta({ id: 'HealthGate' });
export type HealthGate = Infer<typeof healthGate>;
