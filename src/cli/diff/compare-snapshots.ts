/** What changed between two sets of snapshots: values of documents by path, and verdicts of rules. Nothing is read here. */
import type { Change } from '../../domain/changes/change.ts';
import { diffDocument } from '../../domain/changes/document-diff.ts';
import { DOCUMENT_NAMES, type DocumentName, documentOf } from '../../domain/resources/documents.ts';
import { type Resource, type ResourceView, viewOf } from '../../domain/resources/resource.ts';
import { type DocumentState, type Snapshot, stateOf } from '../../domain/resources/snapshot.ts';
import { evaluate } from '../../domain/rules/evaluate.ts';
import type { Severity, Verdict } from '../../domain/rules/rule.ts';
import type { EffectiveRule } from '../../domain/rules/settings.ts';

export interface ResourceDifference {
  readonly resource: ResourceView;
  readonly status: 'added' | 'removed' | 'changed';
  /** Values of documents that were read both times. */
  readonly changes: readonly Change[];
  /** Documents that were read once, or are there once. */
  readonly documents: readonly { readonly document: DocumentName; readonly from: string; readonly to: string }[];
  readonly findings: readonly FindingDifference[];
}

export interface FindingDifference {
  readonly rule: string;
  readonly severity: Severity;
  /** Null: the resource was not there. */
  readonly from: Verdict | null;
  readonly to: Verdict | null;
  readonly reason: string;
}

export interface DiffOptions {
  rulesOf(resource: Resource): readonly EffectiveRule[];
  readonly now: Date;
}

/** In the order of the ids; resources without a difference are left out. */
export function compareSnapshots(
  before: readonly Snapshot[],
  after: readonly Snapshot[],
  options: DiffOptions,
): ResourceDifference[] {
  const [was, is] = [byKey(before), byKey(after)];
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((key): ResourceDifference[] => {
    const [old, current] = [was.get(key), is.get(key)];
    const shown = current ?? old;
    if (!shown) return [];
    const findings = findingDifferences(old, current, options);
    const resource = viewOf(shown.resource);
    if (!old || !current) {
      const status = current ? 'added' : 'removed';
      return [{ resource, status, changes: [], documents: [], findings }];
    }
    const changes = DOCUMENT_NAMES.flatMap((name) => documentChanges(old, current, name));
    const documents = DOCUMENT_NAMES.flatMap((document) => {
      const [from, to] = [stateOf(old, document).status, stateOf(current, document).status];
      return from === to ? [] : [{ document, from: WORDS[from], to: WORDS[to] }];
    });
    const isSame = changes.length + documents.length + findings.length === 0;
    return isSame ? [] : [{ resource, status: 'changed', changes, documents, findings }];
  });
}

const WORDS: Readonly<Record<DocumentState['status'], string>> = {
  read: 'read',
  missing: 'does not exist',
  forbidden: 'not read',
  failed: 'not read',
  'not-read': 'not read',
};

function byKey(snapshots: readonly Snapshot[]): Map<string, Snapshot> {
  return new Map(snapshots.map((snapshot) => [snapshot.resource.key, snapshot]));
}

function documentChanges(old: Snapshot, current: Snapshot, name: DocumentName): Change[] {
  const definition = documentOf(old.resource.kind, name);
  const [from, to] = [stateOf(old, name), stateOf(current, name)];
  if (!definition || from.status !== 'read' || to.status !== 'read') return [];
  return diffDocument(definition, '', from.body, to.body);
}

function findingDifferences(
  old: Snapshot | undefined,
  current: Snapshot | undefined,
  { rulesOf, now }: DiffOptions,
): FindingDifference[] {
  const [was, is] = [old, current].map(
    (snapshot) =>
      new Map(snapshot ? evaluate(snapshot, rulesOf(snapshot.resource), now).map((one) => [one.rule.id, one]) : []),
  );
  return [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort().flatMap((rule): FindingDifference[] => {
    const [before, after] = [was?.get(rule), is?.get(rule)];
    const shown = after ?? before;
    if (!shown || before?.verdict === after?.verdict) return [];
    // Of a resource that came or went only what is wrong with it matters.
    if ((!before || !after) && shown.verdict !== 'violation') return [];
    const { severity, reason } = shown;
    return [{ rule, severity, from: before?.verdict ?? null, to: after?.verdict ?? null, reason }];
  });
}
