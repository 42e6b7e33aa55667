/**
 * Judges a resource by rows of Resource Graph, with the checks of the rules themselves. Its verdicts say where to look:
 * nothing is stored, closed or written because of them.
 */
import { type DocumentName, isDocumentName } from '../resources/documents.ts';
import type { Json } from '../resources/json.ts';
import type { Resource } from '../resources/resource.ts';
import type { DocumentState, Snapshot } from '../resources/snapshot.ts';
import { checkRule } from '../rules/evaluate.ts';
import type { AnyRule, Verdict } from '../rules/rule.ts';
import type { EffectiveRule } from '../rules/settings.ts';
import { guardedBody, NotTold } from './guarded-body.ts';
import type { LeafNode } from './leaf-tree.ts';
import { type ResourceRows, tellableDocuments, toldDocuments } from './row-documents.ts';

/** Whether rows of this type are proven for this leaf with this value; null stands for null and absent. */
export type IsEvidence = (type: string, leaf: LeafNode, value: Json) => boolean;

export type PreJudgement = { readonly rule: AnyRule } & (
  | { readonly status: 'judged'; readonly verdict: Verdict }
  /** A row could tell what is needed and does not, or is not proven for it. Only a look gives a verdict. */
  | { readonly status: 'not-told'; readonly needs: string }
  /** No row ever tells what is needed: the last finding stands until Resource Manager is read. */
  | { readonly status: 'only-in-arm'; readonly needs: string }
);

/**
 * One result for each rule, in their order. Where the result is `judged`, the verdict is that of an evaluation on documents
 * that say what the rows say.
 */
export function preJudge(
  resource: Resource,
  rows: ResourceRows,
  { rules, isEvidence }: { readonly rules: readonly EffectiveRule[]; readonly isEvidence: IsEvidence },
  now: Date,
): PreJudgement[] {
  const guards = guardedSnapshots(resource, rows, isEvidence);
  return rules.map((effective) => ({ rule: effective.rule, ...resultOf(effective, guards, now) }));
}

type Result = PreJudgement extends infer P ? (P extends { rule: AnyRule } ? Omit<P, 'rule'> : never) : never;

function resultOf(effective: EffectiveRule, { asNull, asAbsent, unsetRead }: Guards, now: Date): Result {
  try {
    unsetRead.clear();
    const { verdict } = checkRule(asNull, effective, now);
    const [unset] = unsetRead;
    // A row does not show whether Resource Manager answers null or nothing.
    if (unset !== undefined && checkRule(asAbsent, effective, now).verdict !== verdict) {
      return { status: 'not-told', needs: unset };
    }
    return { status: 'judged', verdict };
  } catch (error) {
    if (!(error instanceof NotTold)) throw error;
    return { status: error.onlyInArm ? 'only-in-arm' : 'not-told', needs: `${error.document}${error.leaf}` };
  }
}

interface Guards {
  /** What is told to be unset is null, or absent. */
  readonly asNull: Snapshot;
  readonly asAbsent: Snapshot;
  /** The documents in which a check got an unset value. */
  readonly unsetRead: Set<string>;
}

function guardedSnapshots(resource: Resource, rows: ResourceRows, isEvidence: IsEvidence): Guards {
  const told = toldDocuments(resource.kind, rows);
  const tellable = new Set(tellableDocuments(resource.kind).map(({ name }) => name));
  const unsetRead = new Set<string>();
  const snapshotWith = (unset: null | undefined): Snapshot => {
    const states = new Map<DocumentName, DocumentState>(
      told.map(({ name, row, body, tree }) => {
        const reading = {
          document: name,
          isTold: (leaf: LeafNode, value: Json) => isEvidence(row.type, leaf, value),
          unset,
          onUnset: () => void unsetRead.add(name),
        };
        return [name, { status: 'read', body: guardedBody(body, tree, reading) }];
      }),
    );
    return { resource, documents: guardedDocuments(states, tellable) };
  };
  return { asNull: snapshotWith(null), asAbsent: snapshotWith(undefined), unsetRead };
}

function guardedDocuments(
  states: ReadonlyMap<DocumentName, DocumentState>,
  tellable: ReadonlySet<DocumentName>,
): Snapshot['documents'] {
  return new Proxy<Snapshot['documents']>(
    {},
    {
      get(_, name) {
        if (typeof name !== 'string' || !isDocumentName(name)) return undefined;
        const state = states.get(name);
        if (!state) throw new NotTold(name, '', !tellable.has(name));
        return state;
      },
    },
  );
}
