/**
 * The contract of a rule: metadata, a pure check whose violation carries its changes, and the source lines that fix it for
 * good. A rule is one file that exports `rule`; `npm run build` finds it.
 */
import * as z from 'zod';
import type { Change, Kept } from './change.ts';
import type { DocumentName } from './documents.ts';
import { isObject, type JsonObject } from './json.ts';
import type { ResourceKind } from './resource.ts';
import { type Snapshot, stateOf } from './snapshot.ts';

export const TIERS = ['safe', 'risky', 'advice'] as const;
export type Tier = (typeof TIERS)[number];
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
export type Profile = 'baseline' | 'strict';
export const VERDICTS = ['compliant', 'violation', 'not-applicable', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Reference {
  /** The benchmark or authority, e.g. `Azure Policy`, `MCSB`, `CIS Azure Foundations 3.0`. */
  readonly source: string;
  readonly id: string;
}

/** The lines that fix a violation where the resource is declared. */
export interface Source {
  readonly bicep: string;
  readonly terraform: string;
}

export interface Violation {
  readonly verdict: 'violation';
  /** One sentence: what is wrong on this resource. */
  readonly reason: string;
  /** What would make it right; none means advice. */
  readonly changes: readonly Change[];
  readonly kept?: readonly Kept[];
  /** Where the catalogue gives this resource a tier of its own. */
  readonly tier?: Tier;
  readonly severity?: Severity;
}

export type Judgement = Violation | { readonly verdict: Exclude<Verdict, 'violation'>; readonly reason: string };

export interface Rule<P> {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  /** Why it is asked, for whoever looks it up: a sentence or two. */
  readonly why: string;
  /** What the fix writes, in one plain sentence; null where there is none in place. */
  readonly fix: string | null;
  /** One plain sentence: what may break when it is fixed. */
  readonly risk: string;
  /** Where authorities disagree: what others do, and why this rule differs. */
  readonly differs?: string;
  readonly severity: Severity;
  readonly tier: Tier;
  readonly profile: Profile;
  readonly kind: ResourceKind;
  /** Whether a fix can be undone; a single change still cannot be when it came from null. */
  readonly reversible: boolean;
  /** What it reads. */
  readonly documents: readonly DocumentName[];
  /** What its fixes write: the roles follow from it. */
  readonly writes: readonly DocumentName[];
  readonly parameters: z.ZodType<P>;
  /** Whether these parameters ask for more than the defaults do: then the rule is risky unless the setting says its tier. */
  stricter?(parameters: P): boolean;
  readonly references: readonly Reference[];
  /** The documents that these parameters need, where that is not all of them. */
  needs?(parameters: P): readonly DocumentName[];
  check(snapshot: Snapshot, parameters: P, now: Date): Judgement;
  /** For a violation's changes; without any, the lines of what is recommended. */
  source(changes: readonly Change[]): Source;
}

export type AnyRule = Rule<unknown>;

/** Names the type of a rule's parameters once; rules of every parameter type then live in one list. */
export function defineRule<P>(rule: Rule<P>): Rule<P> {
  return rule;
}

type WithoutFix = 'tier' | 'fix' | 'reversible' | 'writes' | 'parameters';

/** A rule that tells people what to do, for there is no fix in place: it writes nothing, whatever is set. */
export function defineAdvice<P = object>(
  advice: Omit<Rule<P>, WithoutFix> & { readonly parameters?: z.ZodType<P> },
): Rule<P | object> {
  return { parameters: z.object({}), ...advice, tier: 'advice', fix: null, reversible: false, writes: [] };
}

export function compliant(reason: string): Judgement {
  return { verdict: 'compliant', reason };
}

export function notApplicable(reason: string): Judgement {
  return { verdict: 'not-applicable', reason };
}

export function unknown(reason: string): Judgement {
  return { verdict: 'unknown', reason };
}

/** Judges the properties of a document; unknown, with the reason, when they were not read. */
export function judgeProperties(
  snapshot: Snapshot,
  name: DocumentName,
  judge: (properties: JsonObject, body: JsonObject) => Judgement,
): Judgement {
  const state = stateOf(snapshot, name);
  if (state.status !== 'read') return notRead(snapshot, name);
  if (!isObject(state.body) || !isObject(state.body.properties)) return unknown(`${name} came without properties`);
  return judge(state.body.properties, state.body);
}

/** What is not known because a document is not there. */
export function notRead(snapshot: Snapshot, name: DocumentName): Judgement {
  return unknown(unread(name, stateOf(snapshot, name)));
}

/** Why a document is not there, as the end of a sentence. */
export function unread(name: DocumentName, state: ReturnType<typeof stateOf>): string {
  const why = { read: 'was read', missing: 'was not found', forbidden: 'may not be read', failed: 'could not be read' };
  if (state.status === 'not-read') return `${name} was not read`;
  return `${name} ${why[state.status]}${'detail' in state ? `: ${state.detail}` : ''}`;
}
