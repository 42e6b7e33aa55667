/**
 * The definition of a rule: metadata, a pure check whose violation has changes, and the Bicep and Terraform lines that
 * fix it in the source. A rule is one file that exports `rule`; `npm run build` finds it.
 */
import * as z from 'zod';
import { type Change, change, type PreservedValue } from '../changes/change.ts';
import { DOCUMENT_NAMES } from '../resources/document-names.ts';
import type { DocumentName } from '../resources/documents.ts';
import { RESOURCE_KINDS, type ResourceKind } from '../resources/resource.ts';
import type { Infer } from '../resources/schema.ts';
import { type Snapshot, stateOf } from '../resources/snapshot.ts';
import { defaultHarm, HARMS } from './harm.ts';

export const TIERS = ['safe', 'risky', 'advice'] as const;
export type Tier = (typeof TIERS)[number];
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const PROFILES = ['baseline', 'strict'] as const;
export type Profile = (typeof PROFILES)[number];
export const VERDICTS = ['compliant', 'violation', 'not-applicable', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const reference = z.strictObject({
  /** The benchmark or authority, e.g. `Azure Policy`, `MCSB`, `CIS Azure Foundations 3.0`. */
  source: z.string(),
  id: z.string(),
});
export type Reference = Infer<typeof reference>;

/** The lines that fix a violation in the source. */
export const source = z.strictObject({ bicep: z.string(), terraform: z.string() });
export type Source = Infer<typeof source>;

/** What a rule found on a resource. */
export const ruleResult = z.strictObject({
  severity: z.enum(SEVERITIES),
  tier: z.enum(TIERS),
  verdict: z.enum(VERDICTS),
  /** One sentence. */
  reason: z.string(),
  /** The changes that fix a violation; none for advice. */
  changes: z.array(change),
});
export type RuleResult = Infer<typeof ruleResult>;

/** A violation has a tier or a severity when this resource needs another one than the rule has. */
export interface Violation
  extends Pick<RuleResult, 'reason' | 'changes'>,
    Partial<Pick<RuleResult, 'tier' | 'severity'>> {
  readonly verdict: 'violation';
  readonly preserved?: readonly PreservedValue[];
}

export type CheckResult = Violation | { readonly verdict: Exclude<Verdict, 'violation'>; readonly reason: string };

/** What a rule says of itself. */
export const ruleDescription = z.object({
  id: z.string(),
  version: z.int(),
  title: z.string(),
  /** Why the rule exists, in a sentence or two. */
  why: z.string(),
  /** In one plain sentence. */
  fix: z.string().nullable().describe('What the fix writes; null when the rule has none'),
  /** What the fix may break, in one plain sentence. */
  risk: z.string(),
  harm: z.enum(HARMS).nullable().describe('How it would show that the fix harms an app; null when the rule has none'),
  differs: z.string().exactOptional().describe('What other authorities require, and why this rule differs'),
  severity: z.enum(SEVERITIES),
  tier: z.enum(TIERS),
  profile: z.enum(PROFILES),
  kind: z.enum(RESOURCE_KINDS),
  /** Whether a fix can be reverted. A single change from null may still not be revertible. */
  reversible: z.boolean(),
  /** The documents that the rule reads. */
  documents: z.array(z.enum(DOCUMENT_NAMES)),
  references: z.array(reference),
});

export interface Rule<P> extends Infer<typeof ruleDescription> {
  /** The documents that its fixes write. The roles follow from them. */
  readonly writes: readonly DocumentName[];
  readonly parameters: z.ZodType<P>;
  /**
   * Whether these parameters require more than the defaults. Then the rule is risky, unless the setting gives its
   * tier.
   */
  isStricter?(parameters: P): boolean;
  /** The documents that these parameters need, when that is not all of them. */
  requiredDocuments?(parameters: P): readonly DocumentName[];
  check(snapshot: Snapshot, parameters: P, now: Date): CheckResult;
  /** The lines for the changes of a violation. Without changes, the recommended lines. */
  source(changes: readonly Change[]): Source;
}

export type AnyRule = Rule<unknown>;

/** The kind of resource of a rule, by the first word of its id. */
const KIND_BY_WORD: Readonly<Record<string, ResourceKind>> = {
  webapp: 'web-app',
  containerapp: 'container-app',
  environment: 'environment',
  plan: 'plan',
  subscription: 'subscription',
};

type WithDefault = 'version' | 'harm' | 'tier' | 'profile' | 'reversible' | 'documents' | 'writes';

/** The definition of a rule: the members without a default, and those whose default does not apply. */
export type RuleDefinition<P> = Omit<Rule<P>, WithDefault | 'kind' | 'parameters' | 'references'> &
  Partial<Pick<Rule<P>, WithDefault>> & {
    readonly parameters?: z.ZodType<P>;
    /** The ids by source. A source with several versions stands for each version: `CIS Foundations 1.3, 1.4` is two. */
    readonly references: ReferencesBySource;
  };

/** A definition without the members that follow from having no fix. */
export type AdviceDefinition<P> = Omit<
  RuleDefinition<P>,
  'tier' | 'fix' | 'harm' | 'reversible' | 'writes' | 'parameters'
> &
  Pick<RuleDefinition<P>, 'parameters'>;

/**
 * Makes a rule. Its kind of resource follows from its id. By default it is risky, reversible and in the baseline
 * profile, has no parameters, and reads and writes only the resource.
 */
export function defineRule<P = object>(definition: RuleDefinition<P>): Rule<P | object> {
  return {
    version: 1,
    harm: defaultHarm(definition.writes ?? ['resource']),
    tier: 'risky',
    profile: 'baseline',
    reversible: true,
    documents: ['resource'],
    writes: ['resource'],
    parameters: z.object({}),
    ...definition,
    kind: kindOf(definition.id),
    references: referencesOf(definition.references),
  };
}

/** Makes a rule without a fix in place. It reports a recommendation and writes nothing, whatever the settings are. */
export function defineAdvice<P = object>(definition: AdviceDefinition<P>): Rule<P | object> {
  return defineRule<P>({ ...definition, tier: 'advice', fix: null, reversible: false, writes: [] });
}

function kindOf(id: string): ResourceKind {
  const kind = KIND_BY_WORD[id.split('-')[0] ?? ''];
  if (kind === undefined)
    throw new Error(`the id of a rule begins with a word for its kind of resource; ${id} does not`);
  return kind;
}

type ReferencesBySource = Readonly<Record<string, readonly string[]>>;

/** One reference for each version of a source and each id, in the given order. */
function referencesOf(idsBySource: ReferencesBySource): Reference[] {
  return Object.entries(idsBySource).flatMap(([source, ids]) =>
    versionsOf(source).flatMap((one) => ids.map((id) => ({ source: one, id }))),
  );
}

function versionsOf(source: string): string[] {
  const [, name, versions] = /^(.+?) (\d+\.\d+(?:, \d+\.\d+)+)$/.exec(source) ?? [];
  return name === undefined || versions === undefined ? [source] : versions.split(', ').map((one) => `${name} ${one}`);
}

/** A violation that the changes fix; without changes it is advice. The other members apply to this resource only. */
export function violation(
  reason: string,
  changes: readonly Change[] = [],
  ofResource: Partial<Pick<Violation, 'preserved' | 'tier' | 'severity'>> = {},
): Violation {
  return { verdict: 'violation', reason, changes, ...ofResource };
}

export function compliant(reason: string): CheckResult {
  return { verdict: 'compliant', reason };
}

export function notApplicable(reason: string): CheckResult {
  return { verdict: 'not-applicable', reason };
}

export function unknown(reason: string): CheckResult {
  return { verdict: 'unknown', reason };
}

/** The unknown result for a document that was not read. */
export function unreadResult(snapshot: Snapshot, name: DocumentName): CheckResult {
  return unknown(unreadReason(name, stateOf(snapshot, name)));
}

/** Why a document was not read, as the end of a sentence. */
export function unreadReason(name: DocumentName, state: ReturnType<typeof stateOf>): string {
  const why = { read: 'was read', missing: 'was not found', forbidden: 'may not be read', failed: 'could not be read' };
  if (state.status === 'not-read') return `${name} was not read`;
  return `${name} ${why[state.status]}${'detail' in state ? `: ${state.detail}` : ''}`;
}
