/** The obligations of every violation with changes, for all rules and documents. */
import { expect } from 'vitest';
import { applyChanges, invertChanges } from '../../src/domain/changes/change.ts';
import { planOf, requestView } from '../../src/domain/changes/plan-requests.ts';
import { documentOf, IMPACTS, impactOf, writeDefinitionOf } from '../../src/domain/resources/documents.ts';
import { isObject, type Json, sameJson } from '../../src/domain/resources/json.ts';
import type { Snapshot } from '../../src/domain/resources/snapshot.ts';
import type { Evaluation } from '../../src/domain/rules/evaluate.ts';
import { actionsOf, rolesFor } from '../../src/domain/rules/permissions.ts';
import { impactOfFix } from '../../tools/generate/fix-impact.ts';
import { checkSource, checkValues } from './source-checks.ts';
import { movedLeaves, written } from './written.ts';

type Judge = (snapshot: Snapshot) => Evaluation;

/** Source lines, with their changes, that passed the check: parsing them takes the most time. */
const parsed = new Set<string>();

/** The obligations by name. Each throws when a rule does not meet it. */
export const OBLIGATIONS: Readonly<Record<string, (snapshot: Snapshot, judge: Judge) => void>> = {
  'every changed document can be written, and is declared': (snapshot, judge) => {
    const { rule, changes } = judge(snapshot);
    for (const { document, path } of changes) {
      expect(rule.writes).toContain(document);
      expect(writeDefinitionOf(documentOf(snapshot.resource.kind, document), path), document).not.toBeNull();
    }
  },
  'a change starts from what is there': (snapshot, judge) => {
    const { changes } = judge(snapshot);
    const undone = changes.map(({ from, ...change }) => ({ ...change, from, to: from }));
    expect(movedDocuments(snapshot, applyChanges(snapshot, undone))).toEqual([]);
  },
  'carrying out the plan makes it compliant, and planning again gives nothing': (snapshot, judge) => {
    const after = judge(fixed(snapshot, judge(snapshot)));
    expect(after.verdict, after.reason).toBe('compliant');
    expect(after.changes).toEqual([]);
  },
  'only the named leaves move': (snapshot, judge) => {
    const { changes, ...evaluation } = judge(snapshot);
    const after = fixed(snapshot, { ...evaluation, changes });
    for (const { document, path } of movedDocuments(snapshot, after)) {
      const named = changes.some(
        (change) =>
          change.document === document && `${path.toLowerCase()}/`.startsWith(`${change.path.toLowerCase()}/`),
      );
      expect(named, `${document} ${path} moved`).toBe(true);
    }
    expect(movedDocuments(after, applyChanges(snapshot, changes))).toEqual([]);
  },
  'the inverse restores, where the rule is reversible': (snapshot, judge) => {
    const evaluation = judge(snapshot);
    const inverse = evaluation.rule.reversible ? invertChanges(evaluation.changes) : null;
    if (!inverse) return;
    const restored = fixed(fixed(snapshot, evaluation), { ...evaluation, changes: inverse });
    expect(movedDocuments(snapshot, restored)).toEqual([]);
    expect(judge(restored)).toEqual(evaluation);
  },
  'nothing rides along in the plan': (snapshot, judge) => {
    const planted = withPlantedSecrets(snapshot, judge(snapshot));
    const { changes, preserved, reason } = judge(planted);
    expect(changes.length).toBeGreaterThan(0);
    const plan = planOf(planted.resource, [{ changes, preserved }]);
    expect(JSON.stringify([plan.map(requestView), changes, preserved, reason])).not.toContain(PLANTED);
  },
  // The resource itself is always read, because its kind decides the tier.
  'only declared documents are read': (snapshot, judge) => {
    const { rule, ...evaluation } = judge(snapshot);
    const declared = Object.entries(snapshot.documents).filter(([name]) =>
      ['resource', ...rule.documents].includes(name),
    );
    expect(judge({ ...snapshot, documents: Object.fromEntries(declared) })).toEqual({ rule, ...evaluation });
  },
  'the source lines parse, say where they were looked up, and set what the plan sets': (snapshot, judge) => {
    const { rule, changes } = judge(snapshot);
    const source = rule.source(changes);
    const lines = JSON.stringify([source, changes]);
    if (parsed.has(lines)) return;
    checkSource(source);
    checkValues(source, changes);
    parsed.add(lines);
  },
  'the documentation tells its impact, or a worse one': (snapshot, judge) => {
    const { rule, changes } = judge(snapshot);
    const documented = IMPACTS.indexOf(impactOfFix(rule) ?? 'none');
    expect(documented).toBeLessThanOrEqual(IMPACTS.indexOf(impactOf(rule.kind, changes)));
  },
  'the roles that follow from the rule allow what it reads and writes': (snapshot, judge) => {
    const { rule, changes, preserved } = judge(snapshot);
    const { reader, writer } = rolesFor([rule]);
    for (const { document, path } of [...changes, ...preserved]) {
      const { actions = [] } = writeDefinitionOf(documentOf(snapshot.resource.kind, document), path) ?? {};
      expect(actionsOf(writer.strict)).toEqual(expect.arrayContaining([...actions]));
    }
    for (const name of rule.documents) {
      const { readActions = [] } = documentOf(snapshot.resource.kind, name) ?? {};
      expect(actionsOf(reader)).toEqual(expect.arrayContaining([...readActions]));
    }
  },
};

function fixed(snapshot: Snapshot, { changes, preserved }: Pick<Evaluation, 'changes' | 'preserved'>): Snapshot {
  return written(snapshot, planOf(snapshot.resource, [{ changes, preserved }]));
}

function movedDocuments(before: Snapshot, after: Snapshot): { document: string; path: string }[] {
  return Object.keys({ ...before.documents, ...after.documents }).flatMap((document) =>
    movedLeaves(bodyNamed(before, document), bodyNamed(after, document)).map((path) => ({ document, path })),
  );
}

function bodyNamed({ documents }: Snapshot, name: string): Json {
  const state = Object.entries(documents).find(([key]) => key === name)?.[1];
  return state?.status === 'read' ? state.body : null;
}

const PLANTED = 'planted-secret';

/** Adds a marked value beside every value in every document, except inside the values that the plan must have. */
function withPlantedSecrets(snapshot: Snapshot, { changes, preserved }: Evaluation): Snapshot {
  const carried = [...changes.map(({ from }) => from), ...preserved.map(({ value }) => value)];
  const plant = (value: Json): Json => {
    if (carried.some((one) => typeof one === 'object' && one !== null && sameJson(one, value))) return value;
    if (Array.isArray(value)) return value.map(plant);
    if (!isObject(value)) return value;
    return {
      ...Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plant(member)])),
      [PLANTED]: PLANTED,
    };
  };
  const documents = Object.entries(snapshot.documents).map(([name, state]) => [
    name,
    state.status === 'read' ? { ...state, body: plant(state.body) } : state,
  ]);
  return { ...snapshot, documents: Object.fromEntries(documents) };
}
