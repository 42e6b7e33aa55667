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
import { documentsOfRules, type EffectiveRule } from '../rules/settings.ts';
import { guardedBody, NotTold, type Reading, type Unset } from './guarded-body.ts';
import { isTextColumn, type LeafNode } from './leaf-tree.ts';
import { type ResourceRows, type ToldDocument, tellableDocuments, toldDocuments } from './row-documents.ts';

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
  const told = toldDocuments(resource.kind, rows);
  const read = documentsOfRules(rules);
  const unsetRead = new Set<string>();
  const snapshots = new Map<Unset, Snapshot>();
  const judge = (effective: EffectiveRule, unset: Unset): Verdict => {
    const known = snapshots.get(unset);
    const snapshot =
      known ??
      guardedSnapshot(resource, { told, read, isEvidence }, (node) => {
        unsetRead.add(node.pattern);
        return unset === '' && !isTextColumn(node) ? null : unset;
      });
    if (!known) snapshots.set(unset, snapshot);
    return checkRule(snapshot, effective, now).verdict;
  };
  return rules.map((effective) => {
    unsetRead.clear();
    return { rule: effective.rule, ...resultOf((unset) => judge(effective, unset), unsetRead) };
  });
}

/** What Resource Manager may answer instead of null where a row has nothing. A row does not show which. */
const OTHERS_UNSET: readonly Unset[] = [undefined, ''];

type Result = PreJudgement extends infer P ? (P extends { rule: AnyRule } ? Omit<P, 'rule'> : never) : never;

/** `judge` gives the verdict where leaves that are not set are answered so; `unsetRead` gets those that a check reads. */
function resultOf(judge: (unset: Unset) => Verdict, unsetRead: ReadonlySet<string>): Result {
  try {
    const verdict = judge(null);
    const [unset] = unsetRead;
    const isClear = unset === undefined || OTHERS_UNSET.every((other) => judge(other) === verdict);
    return isClear ? { status: 'judged', verdict } : { status: 'not-told', needs: unset };
  } catch (error) {
    if (!(error instanceof NotTold)) throw error;
    return { status: error.onlyInArm ? 'only-in-arm' : 'not-told', needs: `${error.document}${error.leaf}` };
  }
}

interface Judged {
  readonly told: readonly ToldDocument[];
  /** The documents that a look reads for these rules. Checks see no others. */
  readonly read: ReadonlySet<DocumentName>;
  readonly isEvidence: IsEvidence;
}

function guardedSnapshot(resource: Resource, judged: Judged, unset: Reading['unset']): Snapshot {
  const states = new Map<string, DocumentState>(
    judged.told.map(({ name, row, body, tree }) => {
      const isTold: Reading['isTold'] = (leaf, value) => judged.isEvidence(row.type, leaf, value);
      return [name, { status: 'read', body: guardedBody(body, tree, { document: name, isTold, unset }) }];
    }),
  );
  const tellable = new Set<string>(tellableDocuments(resource.kind).map(({ name }) => name));
  const documents = new Proxy<Snapshot['documents']>(
    {},
    {
      get(_, name) {
        if (typeof name !== 'string' || !isDocumentName(name) || !judged.read.has(name)) return undefined;
        const state = states.get(name);
        if (!state) throw new NotTold(name, '', !tellable.has(name));
        return state;
      },
    },
  );
  return { resource, documents };
}
