/** Verdicts by rows: those of the documents, or none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LeafNode } from '../../../src/domain/estate/leaf-tree.ts';
import { ROW_SOURCES, sourceOf } from '../../../src/domain/estate/leaves.ts';
import { type IsEvidence, type PreJudgement, preJudge } from '../../../src/domain/estate/pre-judge.ts';
import type { ResourceRows } from '../../../src/domain/estate/row-documents.ts';
import type { DocumentName } from '../../../src/domain/resources/documents.ts';
import { siteOf } from '../../../src/domain/resources/hosting.ts';
import { isObject, type Json, type JsonObject } from '../../../src/domain/resources/json.ts';
import { parseSnapshot, type Snapshot, stateOf } from '../../../src/domain/resources/snapshot.ts';
import { evaluate } from '../../../src/domain/rules/evaluate.ts';
import { type AnyRule, compliant, unknown } from '../../../src/domain/rules/rule.ts';
import { defaultRules, type EffectiveRule } from '../../../src/domain/rules/settings.ts';
import { webConfigOf } from '../../../src/rules/checks/app-service/web-config.ts';
import { rules } from '../../../src/rules/index.ts';
import { snapshots as anySnapshots } from '../../property/generated-documents.ts';
import { PLAN_ID, plan, sku } from '../../rules/fixtures/plan.ts';
import { SITE_ID, site, webConfig } from '../../rules/fixtures/web-app.ts';
import { ruleLike } from '../examples.ts';
import { rowOf, rowsOf, SPELLINGS } from './answered-rows.ts';

const NOW = new Date('2026-01-15T12:00:00Z');
const RUNS = { numRuns: 250 };

const PROVEN: IsEvidence = () => true;
const VALUES_ONLY: IsEvidence = (_, leaf, value) => value !== null && leaf.pattern !== '';

/** A resource whose body repeats its private endpoints, as Azure does: rows have only that list. */
const snapshots = anySnapshots.map((snapshot): Snapshot => {
  const { resource, privateEndpointConnections: list } = snapshot.documents;
  if (resource?.status !== 'read' || !isObject(resource.body) || !list) return snapshot;
  const { properties } = resource.body;
  const value = list.status === 'read' && isObject(list.body) && Array.isArray(list.body.value) ? list.body.value : [];
  if (!isObject(properties)) return snapshot;
  const body = { ...resource.body, properties: { ...properties, privateEndpointConnections: value } };
  const documents = { ...snapshot.documents, resource: { ...resource, body } };
  return { ...snapshot, documents: { ...documents, privateEndpointConnections: { status: 'read', body: { value } } } };
});

const PATTERNS = ROW_SOURCES.flatMap((name) => [...sourceOf(name).leaves.keys()]).flatMap(withThoseAbove);
const someLeaves = fc.subarray([...new Set(PATTERNS)], { maxLength: 12 }).map((chosen) => new Set(chosen));

describe('on any documents', () => {
  test('true rows give the verdict of the documents wherever they give one, and they do for most rules', () => {
    const judged = new Set<string>();
    fc.assert(
      fc.property(snapshots, fc.constantFrom(...SPELLINGS), (snapshot, spelling) => {
        for (const id of sameVerdicts(snapshot, rowsOf(snapshot, spelling), PROVEN)) judged.add(id);
      }),
      RUNS,
    );
    expect(judged.size).toBeGreaterThan(60);
  });

  test('without any of the leaves they give that verdict or none', () => {
    let withoutVerdict = 0;
    fc.assert(
      fc.property(snapshots, someLeaves, fc.boolean(), (snapshot, removed, areUnsetProven) => {
        const rows = rowsWithout(rowsOf(snapshot), removed);
        const isEvidence: IsEvidence = (_, { pattern }, value) =>
          value !== null || (areUnsetProven && !removed.has(pattern));
        withoutVerdict += rulesOf(snapshot).length - sameVerdicts(snapshot, rows, isEvidence).length;
      }),
      RUNS,
    );
    expect(withoutVerdict).toBeGreaterThan(RUNS.numRuns);
  });

  test('with any of the leaves not proven they give that verdict or none', () => {
    fc.assert(
      fc.property(snapshots, someLeaves, (snapshot, unproven) => {
        sameVerdicts(snapshot, rowsOf(snapshot), (_, { pattern }) => !unproven.has(pattern));
      }),
      RUNS,
    );
  });
});

describe('a web app', () => {
  const snapshot = parseSnapshot({
    id: SITE_ID,
    documents: { resource: site({ httpsOnly: false }), 'config/web': webConfig({ minTlsVersion: '1.0', cors: null }) },
  });
  const rows = rowsOf(snapshot);

  test('has the verdicts of leaves that are proven', () => {
    expect(resultOf('webapp-https-only', rows)).toMatchObject({ status: 'judged', verdict: 'violation' });
    expect(resultOf('webapp-min-tls', rows)).toMatchObject({ status: 'judged', verdict: 'violation' });
  });

  test('has no verdict by a leaf that is not proven, and none by its own copy of the configuration', () => {
    const isEvidence: IsEvidence = (_, { pattern }) => pattern !== '/properties/minTlsVersion';
    const found = resultOf('webapp-min-tls', rows, isEvidence);
    expect(found).toMatchObject({ status: 'not-told', needs: 'config/web/properties/minTlsVersion' });
  });

  test('is not unset where a row says null, until that is proven', () => {
    expect(resultOf('webapp-cors-wildcard', rows, VALUES_ONLY)).toMatchObject({ status: 'not-told' });
    expect(resultOf('webapp-cors-wildcard', rows)).toMatchObject({ status: 'judged', verdict: 'compliant' });
  });

  test('has to be looked at without the row of its configuration', () => {
    const { siteConfig: _, ...others } = rows;
    expect(resultOf('webapp-min-tls', others)).toMatchObject({ status: 'not-told', needs: 'config/web' });
    expect(resultOf('webapp-https-only', others)).toMatchObject({ status: 'judged' });
  });

  test('keeps its last finding where a rule needs a document that no row holds', () => {
    expect(resultOf('webapp-diagnostics', rows)).toMatchObject({ status: 'only-in-arm', needs: 'diagnosticSettings' });
    expect(resultOf('webapp-auth', rows)).toMatchObject({ status: 'only-in-arm', needs: 'config/authsettingsV2' });
  });

  test('has no verdict by a leaf that is not requested', () => {
    const found = judgedBy((seen) => compliant(`It has ${String(siteOf(seen)?.homeStamp)}.`));
    expect(found).toMatchObject({ status: 'not-told', needs: 'resource/properties/homeStamp' });
  });

  test.each<[string, (body: JsonObject) => unknown]>([
    ['the names of members', (body) => Object.keys(body)],
    ['a copy of members', (body) => ({ ...body })],
    ['the members as JSON', (body) => JSON.stringify(body)],
  ])('has no verdict by %s, because a row may leave some out', (_, read) => {
    const found = judgedBy(({ documents }) => {
      const state = documents['config/web'];
      const body = state?.status === 'read' && isObject(state.body) ? state.body : {};
      const properties = isObject(body.properties) ? body.properties : {};
      return compliant(`It has ${String(read(properties))}.`);
    });
    expect(found).toMatchObject({ status: 'not-told', needs: expect.stringContaining('config/web/properties/') });
  });

  test('has no verdict where null and absent have different ones', () => {
    const found = judgedBy((seen) => {
      const { cors = 'absent' } = webConfigOf(seen) ?? {};
      return cors === null ? compliant('It is null.') : unknown('It is absent.');
    });
    expect(found).toMatchObject({ status: 'not-told', needs: '/properties/cors' });
  });

  test('is judged with the documents that a look reads for its rules, and with no others', () => {
    const withPlan = { ...rows, plan: rowOf('plan', PLAN_ID, plan(sku('FC1', 'FlexConsumption'))) };
    const check = (seen: Snapshot) => (stateOf(seen, 'plan').status === 'read' ? compliant('Yes.') : unknown('No.'));
    expect(judgedBy(check, withPlan, ['resource', 'plan'])).toMatchObject({ verdict: 'compliant' });
    expect(judgedBy(check, withPlan, ['resource'])).toMatchObject({ status: 'judged', verdict: 'unknown' });
  });

  test('is not judged by an error of a check', () => {
    const [rule] = rulesOf(snapshot);
    if (!rule) throw new Error('there is no rule');
    const failing = { ...rule, rule: { ...rule.rule, check: () => fail() } };
    expect(() => preJudge(snapshot.resource, rows, { rules: [failing], isEvidence: PROVEN }, NOW)).toThrow('broken');
  });

  function judgedBy(
    check: AnyRule['check'],
    told: ResourceRows = rows,
    documents: readonly DocumentName[] = ['resource', 'config/web'],
  ): PreJudgement | undefined {
    const rule: EffectiveRule = { rule: ruleLike({ check, documents: [...documents] }), parameters: {}, tier: null };
    return preJudge(snapshot.resource, told, { rules: [rule], isEvidence: PROVEN }, NOW)[0];
  }

  function resultOf(id: string, told: ResourceRows, isEvidence = PROVEN): PreJudgement | undefined {
    return preJudge(snapshot.resource, told, { rules: rulesOf(snapshot), isEvidence }, NOW).find(
      ({ rule }) => rule.id === id,
    );
  }
});

function fail(): never {
  throw new Error('broken');
}

function rulesOf({ resource }: Snapshot) {
  return defaultRules(rules, resource, {});
}

/** Expects the verdicts by rows to be those of the documents; the rules that have one by rows. */
function sameVerdicts(snapshot: Snapshot, rows: ResourceRows, isEvidence: IsEvidence): string[] {
  const effective = rulesOf(snapshot);
  const verdicts = new Map(evaluate(snapshot, effective, NOW).map(({ rule, verdict }) => [rule.id, verdict]));
  return preJudge(snapshot.resource, rows, { rules: effective, isEvidence }, NOW).flatMap((found) => {
    if (found.status !== 'judged') return [];
    expect(found.verdict, found.rule.id).toBe(verdicts.get(found.rule.id));
    return [found.rule.id];
  });
}

function rowsWithout(rows: ResourceRows, removed: ReadonlySet<string>): ResourceRows {
  const kept = Object.entries(rows).map(([source, row]) => {
    const body = row && without(row.body, '', removed);
    return [source, row && { ...row, body: isObject(body) ? body : {} }];
  });
  return Object.fromEntries(kept);
}

function without(value: Json, pattern: LeafNode['pattern'], removed: ReadonlySet<string>): Json {
  if (Array.isArray(value)) return value.map((one) => without(one, `${pattern}/*`, removed));
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name]) => !removed.has(`${pattern}/${name}`));
  return Object.fromEntries(members.map(([name, one]) => [name, without(one, `${pattern}/${name}`, removed)]));
}

/** `/a/*` and `/a` of `/a/*`. */
function withThoseAbove(pattern: string): string[] {
  const above = pattern.slice(0, pattern.lastIndexOf('/'));
  return above === '' || above === '/properties' ? [pattern] : [pattern, ...withThoseAbove(above)];
}
