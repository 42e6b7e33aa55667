import { describe, expect, test } from 'vitest';
import type { Agreement, ComparedLeaf } from '../../../src/domain/estate/compare.ts';
import {
  AGREEING_LOOKS,
  type ComparedAt,
  type Evidence,
  evidence,
  isEvidenceIn,
  LAG_SECONDS,
  MAX_VALUES,
  NO_EVIDENCE,
  provenUnder,
  UNSET_LOOKS,
  updateEvidence,
} from '../../../src/domain/estate/evidence.ts';
import { type LeafNode, leafTree } from '../../../src/domain/estate/leaf-tree.ts';
import { ROW_SOURCES, sourceOf } from '../../../src/domain/estate/leaves.ts';
import { valueClass } from '../../../src/domain/estate/value-class.ts';
import { timeAfter } from '../../../src/domain/resources/durations.ts';
import { type Json, tokensOf } from '../../../src/domain/resources/json.ts';
import { serializedSize } from '../../../src/domain/resources/limits.ts';

const TYPE = 'microsoft.web/sites/config';
const TLS = nodeOf('/properties/minTlsVersion');
const HEALTH = nodeOf('/properties/healthCheckPath');
const NOW = new Date('2026-01-15T12:00:00Z');
const SETTLED: ComparedAt = { listedAt: NOW.toISOString(), changedAt: null, now: NOW };

describe('a leaf', () => {
  const learned = looks(NO_EVIDENCE, AGREEING_LOOKS, agreed(TLS, '1.2'));

  test('counts after enough agreeing looks, and not before', () => {
    const almost = looks(NO_EVIDENCE, AGREEING_LOOKS - 1, agreed(TLS, '1.2'));
    expect(isEvidenceIn(almost)(TYPE, TLS, '1.2')).toBe(false);
    expect(isEvidenceIn(learned)(TYPE, TLS, '1.2')).toBe(true);
  });

  test('counts only in rows of its type', () => {
    expect(isEvidenceIn(learned)('microsoft.web/sites/slots/config', TLS, '1.2')).toBe(false);
  });

  test('does not count with a value that was not seen before, until that agreed once', () => {
    expect(isEvidenceIn(learned)(TYPE, TLS, '1.0')).toBe(false);
    expect(isEvidenceIn(looks(learned, 1, agreed(TLS, '1.0')))(TYPE, TLS, '1.0')).toBe(true);
  });

  test('with free texts counts with each of them', () => {
    const known = looks(NO_EVIDENCE, AGREEING_LOOKS, agreed(HEALTH, '/healthz'));
    expect(isEvidenceIn(known)(TYPE, HEALTH, '/never-seen')).toBe(true);
    expect(isEvidenceIn(known)(TYPE, HEALTH, null)).toBe(false);
  });

  test('is unset only after enough looks in which both said nothing', () => {
    const almost = looks(learned, UNSET_LOOKS - 1, agreed(TLS, null));
    expect(isEvidenceIn(almost)(TYPE, TLS, null)).toBe(false);
    expect(isEvidenceIn(looks(almost, 1, agreed(TLS, null)))(TYPE, TLS, null)).toBe(true);
  });

  test('is not unset any more after a row said nothing where there was something, and keeps its values', () => {
    const known = looks(learned, UNSET_LOOKS, agreed(TLS, null));
    const after = looks(known, 1, found(TLS, null, 'not-told'));
    expect(isEvidenceIn(after)(TYPE, TLS, null)).toBe(false);
    expect(isEvidenceIn(after)(TYPE, TLS, '1.2')).toBe(true);
    expect(after.leaves[`${TYPE} ${TLS.pattern}`]).toMatchObject({ notTold: 1, unset: 0 });
  });

  test('that differs begins anew, and no other leaf does', () => {
    const both = looks(learned, AGREEING_LOOKS, agreed(HEALTH, '/healthz'));
    const after = looks(both, 1, found(TLS, '1.2', 'differed'));
    expect(isEvidenceIn(after)(TYPE, TLS, '1.2')).toBe(false);
    expect(isEvidenceIn(after)(TYPE, HEALTH, '/healthz')).toBe(true);
    expect(after.leaves[`${TYPE} ${TLS.pattern}`]).toMatchObject({
      agreed: 0,
      values: [],
      differed: 1,
      differedAt: NOW.toISOString(),
    });
  });

  test.each<[string, number | null, number]>([
    ['that changed just before the listing', LAG_SECONDS - 1, 0],
    ['that changed after the listing', -60, 0],
    ['that changed long before', LAG_SECONDS + 1, 1],
    ['of which no change is known', null, 1],
  ])('of a resource %s differs by lag or not', (_, secondsBefore, differed) => {
    const changedAt = secondsBefore === null ? null : timeAfter(NOW, -secondsBefore * 1000).toISOString();
    const at = { ...SETTLED, changedAt };
    const after = updateEvidence(learned, [found(TLS, '1.2', 'differed')], at);
    expect(after.leaves[`${TYPE} ${TLS.pattern}`]).toMatchObject({ differed, late: 1 - differed });
    expect(isEvidenceIn(after)(TYPE, TLS, '1.2')).toBe(differed === 0);
    const untold = updateEvidence(learned, [found(TLS, null, 'not-told')], at);
    expect(untold.leaves[`${TYPE} ${TLS.pattern}`]).toMatchObject({ notTold: differed, late: 1 - differed });
  });

  test('in several elements counts once a look, and differs when one of them does', () => {
    const one = updateEvidence(NO_EVIDENCE, [agreed(TLS, '1.2'), agreed(TLS, '1.0')], SETTLED);
    expect(one.leaves[`${TYPE} ${TLS.pattern}`]).toMatchObject({ agreed: 1, values: { length: 2 } });
    const other = updateEvidence(one, [agreed(TLS, '1.2'), found(TLS, '1.0', 'differed')], SETTLED);
    expect(other.leaves[`${TYPE} ${TLS.pattern}`]).toMatchObject({ agreed: 0, differed: 1 });
  });

  test('remembers a bounded number of values, and does not count with more', () => {
    const values = Array.from({ length: MAX_VALUES + 1 }, (_, at) => `1.${at}`);
    let known = learned;
    for (const value of values) known = looks(known, 1, agreed(TLS, value));
    expect(known.leaves[`${TYPE} ${TLS.pattern}`]?.values).toHaveLength(MAX_VALUES);
    expect(isEvidenceIn(known)(TYPE, TLS, '1.2')).toBe(true);
    expect(isEvidenceIn(known)(TYPE, TLS, `1.${MAX_VALUES}`)).toBe(false);
  });
});

describe('the revision', () => {
  const learned = looks(looks(NO_EVIDENCE, AGREEING_LOOKS, agreed(TLS, '1.2')), UNSET_LOOKS, agreed(TLS, null));

  test('stays while what counts grows, and while rows are only late', () => {
    const late = { ...SETTLED, changedAt: SETTLED.listedAt };
    expect(learned.revision).toBe(NO_EVIDENCE.revision);
    expect(looks(learned, 1, agreed(HEALTH, '/healthz')).revision).toBe(learned.revision);
    expect(updateEvidence(learned, [found(TLS, '1.0', 'differed')], late).revision).toBe(learned.revision);
  });

  test.each<[string, ComparedLeaf]>([
    ['differs', found(TLS, '1.2', 'differed')],
    ['is not told', found(TLS, null, 'not-told')],
  ])('changes when a leaf that counted %s', (_, one) => {
    const after = looks(learned, 1, one);
    expect(provenUnder(after)).not.toBe(provenUnder(learned));
    // It counts no longer, so the next difference takes nothing away.
    expect(looks(after, 1, one).revision).toBe(after.revision);
  });

  test('is another one for another leaf, so that two processes that lose one each do not agree', () => {
    const both = looks(learned, AGREEING_LOOKS, agreed(HEALTH, '/healthz'));
    const [one, other] = [found(TLS, '1.2', 'differed'), found(HEALTH, '/healthz', 'differed')];
    expect(looks(both, 1, one).revision).not.toBe(looks(both, 1, other).revision);
  });

  test('is empty in evidence that was stored without one', () => {
    expect(evidence.parse({ v: 1, leaves: {} })).toEqual(NO_EVIDENCE);
  });
});

test('evidence of every leaf of every type, with all its values, fits its row and is read back', () => {
  const leaf = {
    agreed: 10_000_000,
    unset: 10_000_000,
    values: Array.from({ length: MAX_VALUES }, (_, at) => String(at).padStart(8, '0')),
    differed: 100_000,
    late: 100_000,
    notTold: 100_000,
    differedAt: NOW.toISOString(),
  };
  const free = { ...leaf, values: ['text'] };
  const leaves = ROW_SOURCES.flatMap((name) => {
    const { types, leaves: ofSource } = sourceOf(name);
    const nodes = nodesBelow(leafTree(name));
    return types.flatMap((type) =>
      nodes.map((node) => [`${type} ${node}`, ofSource.get(node) === 'word' ? leaf : free] as const),
    );
  });
  const largest: Evidence = { v: 1, revision: '0123456789abcdef', leaves: Object.fromEntries(leaves) };
  expect(leaves.length).toBeGreaterThan(200);
  expect(serializedSize(largest)).toBeLessThan(200_000);
  expect(evidence.parse(JSON.parse(JSON.stringify(largest)))).toEqual(largest);
  expect(evidence.safeParse({ ...largest, v: 2 }).success).toBe(false);
});

function agreed(node: LeafNode, value: Json): ComparedLeaf {
  return found(node, value, 'agreed');
}

function found(node: LeafNode, value: Json, result: Agreement): ComparedLeaf {
  return { type: TYPE, leaf: node.pattern, result, valueClass: valueClass(node, value) };
}

function looks(before: Evidence, times: number, one: ComparedLeaf): Evidence {
  let known = before;
  for (let at = 0; at < times; at += 1) known = updateEvidence(known, [one], SETTLED);
  return known;
}

function nodeOf(leaf: string): LeafNode {
  const node = tokensOf(leaf).reduce<LeafNode | undefined>(
    (at, token) => at?.members.get(token),
    leafTree('siteConfig'),
  );
  if (!node) throw new Error(`${leaf} is no leaf`);
  return node;
}

function nodesBelow(node: LeafNode): string[] {
  const below = [...node.members.values(), ...(node.element ? [node.element] : [])];
  return [...(node.pattern === '' ? [] : [node.pattern]), ...below.flatMap(nodesBelow)];
}
