/**
 * Which resources of a partition have to be looked at, by their rows and by what the last looks found. A row never says
 * that something is right: it says that nothing has changed since Resource Manager was read, or that the rules give the
 * same verdicts. What rows cannot show waits for the rotation.
 */
import { fingerprintOf } from '../../domain/estate/fingerprint.ts';
import { type IsEvidence, preJudge } from '../../domain/estate/pre-judge.ts';
import { rotationDue } from '../../domain/estate/rotation.ts';
import type { ResourceRows } from '../../domain/estate/row-documents.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { EffectiveRule } from '../../domain/rules/settings.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { SweptApp } from '../ports/sweeps.ts';

export interface Choice {
  readonly now: Date;
  readonly isEvidence: IsEvidence;
  /** What rows are proven under by the evidence. */
  readonly provenUnder: string;
  /** Of the settings. */
  readonly revision: number;
  readonly fullReadDays: number;
  /** Until the next sweep, as far as it is known. */
  readonly sweepSeconds: number;
}

export interface Candidate {
  readonly resource: Resource;
  readonly rules: readonly EffectiveRule[];
  /** Null when a row is missing that could tell a document. */
  readonly rows: ResourceRows | null;
  readonly app: SweptApp;
  /** Whether an event has found something since the last look. */
  readonly marked: boolean;
}

/**
 * skip: nothing is read, and all that the rules need is proven by the evidence. compare: the rows differ from those of the last look, and every rule that
 * they can judge has a verdict, to be compared with the findings.
 */
export type Chosen =
  | { readonly kind: 'skip' }
  | { readonly kind: 'look'; readonly why: LookReason }
  | { readonly kind: 'compare'; readonly fingerprint: string; readonly verdicts: ReadonlyMap<string, string> };

/** In the order in which resources are looked at. */
export const LOOK_REASONS = ['violation', 'open', 'new', 'missing', 'not-told', 'changed', 'rotation'] as const;
export type LookReason = (typeof LOOK_REASONS)[number];

export function chooseLook(candidate: Candidate, choice: Choice): Chosen {
  const { app, resource, rows, rules, marked } = candidate;
  if (app.lookedAt === null || !app.complete) return look('new');
  if (rows === null) return look('missing');
  if (marked || !isCalm(app, choice)) return look('open');
  if (isRotationDue(resource, app, choice)) return look('rotation');
  const { isEvidence, provenUnder, now } = choice;
  const fingerprint = fingerprintOf(rows, rules);
  const isAsBefore = fingerprint === app.fingerprint;
  // Judging costs much more than the fingerprint, and what was proven is proven while the revision stays.
  if (isAsBefore && app.provenUnder === provenUnder) return { kind: 'skip' };
  const judged = preJudge(resource, rows, { rules, isEvidence }, now);
  if (judged.some(({ status }) => status === 'not-told')) return look('not-told');
  if (isAsBefore) return { kind: 'skip' };
  const verdicts = judged.flatMap((one) => (one.status === 'judged' ? [[one.rule.id, one.verdict] as const] : []));
  return { kind: 'compare', fingerprint, verdicts: new Map(verdicts) };
}

/** Whether a resource is read wholly now, whatever its rows say. */
export function isRotationDue(
  { key }: Resource,
  { lookedAt }: SweptApp,
  choice: Omit<Choice, 'isEvidence' | 'provenUnder'>,
): boolean {
  return rotationDue(key, lookedAt, choice.now, choice);
}

function isCalm({ calm, revision }: SweptApp, choice: Choice): boolean {
  return calm && (revision === null || revision === choice.revision);
}

function look(why: LookReason): Chosen {
  return { kind: 'look', why };
}

/** What the findings say to the verdicts of rows; null when they say the same, and nothing is open. */
export function reasonToLook(verdicts: ReadonlyMap<string, string>, state: ResourceState | null): LookReason | null {
  if (state === null || state.gone) return 'new';
  const stored = new Map(state.findings.map(({ rule, verdict }) => [rule, verdict]));
  const differing = [...verdicts].filter(([rule, verdict]) => stored.get(rule) !== verdict);
  if (differing.some(([, verdict]) => verdict === 'violation')) return 'violation';
  if (differing.length > 0) return 'changed';
  return calmnessOf(state).calm ? null : 'open';
}

/**
 * Whether a state leaves nothing that the next sweep has to try again: no open approval or intent, and no violation whose
 * decision is more than a report. A report stays one only under the same settings.
 */
export function calmnessOf(state: ResourceState): { readonly calm: boolean; readonly hasViolations: boolean } {
  const violations = state.findings.filter(({ verdict }) => verdict === 'violation');
  const isReported = violations.every(
    ({ decision }) => decision?.action === 'report' && decision.reasons.every(({ code }) => code !== 'failing'),
  );
  const isIdle = state.openApprovals.length === 0 && state.attempts.length === 0 && state.recheckAt === null;
  return { calm: isIdle && isReported, hasViolations: violations.length > 0 };
}
