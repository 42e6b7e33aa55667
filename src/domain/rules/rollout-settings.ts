/** The settings of roll-outs: in which stages a rule that begins to write does so, and how long each is watched. */
import * as z from 'zod';
import type { Infer } from '../resources/schema.ts';

/** A number of apps, or a share of the apps that violate the rule when the stage begins. */
export const stage = z
  .union([
    z.int().min(1).max(100_000),
    z.string().regex(/^([1-9]\d?|100)%$/, 'must be a number of apps, or a share from "1%" to "100%"'),
  ])
  .meta({ id: 'RolloutStage' });
export type Stage = Infer<typeof stage>;

/** Minutes: at most a week. */
const bakeMinutes = z.int().min(0).max(10_080);
const stages = z.array(stage).max(20);

export const rolloutSettings = z.strictObject({ stages: stages.default([]), bakeMinutes: bakeMinutes.default(15) });
export type RolloutSettings = Infer<typeof rolloutSettings>;

/** What a scope may set. */
export const rolloutOfScope = z.strictObject({ stages: stages.optional(), bakeMinutes: bakeMinutes.optional() });

/** Every app that violates the rule. */
const EVERYTHING = '100%';

/** The stages with a last one for every app: a worse app stops the roll-out there, too. */
export function completeStages(configured: readonly Stage[]): Stage[] {
  const end = configured.indexOf(EVERYTHING);
  return end === -1 ? [...configured, EVERYTHING] : configured.slice(0, end + 1);
}

/** How many apps a stage takes when so many violate the rule. */
export function sizeOfStage(one: Stage, violating: number): number {
  if (typeof one === 'number') return Math.min(one, violating);
  return Math.ceil((Number.parseInt(one, 10) * violating) / 100);
}

/** A stage in words. */
export function describeStage(one: Stage): string {
  if (one === EVERYTHING) return 'every app';
  if (typeof one === 'string') return `${one} of the apps that violate it`;
  return one === 1 ? '1 app' : `${one} apps`;
}
