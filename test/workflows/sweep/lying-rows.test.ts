/** Rows that were proven and then lie in every way: nothing is decided because of one, and what one hides is found. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { NO_EVIDENCE } from '../../../src/domain/estate/evidence.ts';
import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { publish } from '../../fakes/azure/resource-graph.ts';
import { SHOP, seedWebApp, UNSAFE, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { copyOf } from '../../fakes/copy.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { provenBy } from '../../fakes/scenarios/proven-rows.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const APPS = 16;
const IDS = Array.from({ length: APPS }, (_, index) => SHOP.replace(/[^/]+$/, `app-${index}`));
/** Meets every rule; one value of each pair is what the others have. */
const SAFE: readonly WebAppOptions[] = [
  { config: { minTlsVersion: '1.3', ftpsState: 'Disabled' } },
  { config: { cors: { allowedOrigins: ['https://shop.example'], supportCredentials: false } } },
  {},
];
const EXEMPT = IDS[0] ?? '';
const DAY = 86_400;
/** So rarely that no look of a test is by chance one of the rotation. */
const RARELY = { fullReadDays: 30, activityLog: true };

async function stage() {
  const deps = fakeDeps();
  storeSettings(deps, { mode: 'audit', sweep: RARELY });
  for (const [index, id] of IDS.entries()) {
    seedWebApp(deps.arm, index % 4 === 0 ? UNSAFE : (SAFE[index % SAFE.length] ?? {}), id);
    await publish(deps, id);
  }
  await deps.exemptions.save(exemptionOf(deps), null);
  const host = createHost(deps);
  /** Returns the resources that were read. */
  const sweep = async (hours = 0.1): Promise<Set<string>> => {
    deps.clock.advance(hours * 3600);
    deps.arm.reads.splice(0);
    await startSweep(deps, [SUBSCRIPTION]);
    await host.settle(120);
    return new Set(deps.arm.reads.map(({ resource }) => resource));
  };
  await sweep();
  const evidence = await provenBy(deps, IDS);
  /** Every leaf is proven again, and every row is that of its app. */
  const prove = async () => {
    for (const id of IDS) await publish(deps, id);
    // It counts what lies have shown, too.
    await sweep();
    deps.stored.sweepRuns.evidence = { value: copyOf(evidence), version: 1 };
    expect([...(await sweep())]).toEqual([]);
  };
  return { deps, sweep, prove };
}

function exemptionOf({ clock }: FakeDeps) {
  return {
    ...{ id: 'x-1', scope: EXEMPT, rule: 'webapp-min-tls', owner: 'shop', reason: 'until the move', ticket: null },
    ...{ expires: new Date(clock.now().getTime() + 400 * DAY * 1000).toISOString(), removedAt: null, outbox: [] },
    ...{ createdAt: clock.now().toISOString(), createdBy: { type: 'user', objectId: 'o', name: 'Ada' } as const },
  };
}

/** All that nobody may change because of a row. */
function factsOf({ stored, arm }: FakeDeps) {
  return copyOf({
    findings: stored.findings
      .map(({ resource, rule, verdict, decision }) => [resource.id, rule, verdict, decision?.action ?? null].join(' '))
      .sort(),
    exemptions: [...stored.exemptions.values()].map(({ value }) => value),
    approvals: [...stored.approvals.values()].map(({ value }) => value.status),
    entries: stored.entries.length,
    writes: arm.writes.length,
  });
}

type Lie = 'stale' | 'null' | 'wrong type' | 'other spelling' | 'other version' | 'row of another' | 'no row';
const LIES: readonly Lie[] = [
  'stale',
  'null',
  'wrong type',
  'other spelling',
  'other version',
  'row of another',
  'no row',
];

const lies = fc.array(
  fc.record({
    app: fc.nat(APPS - 1),
    other: fc.nat(APPS - 1),
    table: fc.constantFrom('resources' as const, 'configurations' as const),
    lie: fc.constantFrom(...LIES),
    /** Which of the columns that differ among the apps, or of all. */
    column: fc.nat(1000),
    isTelling: fc.boolean(),
    value: fc.constantFrom<Json>(false, true, 7, '', 'planted', '1.0', 'AllAllowed', [], {}, ['*'], {
      allowedOrigins: ['*'],
    }),
  }),
  { minLength: 1, maxLength: 10 },
);
type OneLie = typeof lies extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

function tell({ estate }: FakeDeps, { app, other, table, lie, column, isTelling, value }: OneLie): void {
  const [key, otherKey] = [app, other].map((index) => `${table} ${(IDS[index] ?? '').toLowerCase()}`);
  if (key === undefined || otherKey === undefined) return;
  const [row, otherRow] = [estate.columns.get(key) ?? {}, estate.columns.get(otherKey) ?? {}];
  const names = Object.keys(row).filter((name) => /_c\d+$/.test(name));
  const telling = names.filter((name) => JSON.stringify(row[name]) !== JSON.stringify(otherRow[name]));
  const chosen = isTelling && telling.length > 0 ? telling : names;
  const name = chosen[column % chosen.length] ?? '';
  const twin = name.replace('_c', '_p');
  const changed: Readonly<Record<Lie, JsonObject | null>> = {
    stale: { ...row, [name]: otherRow[name] ?? null },
    null: { ...row, [name]: null },
    'wrong type': { ...row, [name]: value },
    'other spelling': { ...row, [twin]: row[name] ?? null, [name]: otherRow[name] ?? null },
    'other version': { ...row, apiVersion: '2099-01-01', [name]: value },
    'row of another': otherRow,
    'no row': null,
  };
  const told = changed[lie];
  if (told) estate.columns.set(key, told);
  else if (table === 'configurations') estate.columns.delete(key);
  else estate.ids.splice(0, estate.ids.length, ...estate.ids.filter((id) => id !== IDS[app]));
}

describe('rows that were proven and lie', () => {
  let scene: Awaited<ReturnType<typeof stage>>;
  beforeAll(async () => {
    scene = await stage();
    await scene.prove();
  });

  test('write nothing, close nothing and clear nothing', async () => {
    const { deps, sweep, prove } = scene;
    const before = factsOf(deps);
    expect(before.findings.filter((one) => one.includes(' violation ')).length).toBeGreaterThan(8);
    const seen = { looked: 0, believed: 0 };
    await fc.assert(
      fc.asyncProperty(lies, async (told) => {
        await prove();
        for (const one of told) tell(deps, one);
        const lying = new Set(told.map(({ app }) => IDS[app] ?? ''));
        const looked = await sweep();
        expect(factsOf(deps)).toEqual(before);
        // Apps whose rows are true are left alone.
        expect([...looked].filter((id) => !lying.has(id))).toEqual([]);
        seen.looked += looked.size;
        seen.believed += lying.size - looked.size;
        await sweep();
        expect(factsOf(deps)).toEqual(before);
      }),
      { numRuns: 8, seed: 4, endOnFailure: true },
    );
    // Some lies change a verdict, and some are values that were seen before and change none.
    expect(seen.looked).toBeGreaterThan(5);
    expect(seen.believed).toBeGreaterThan(3);
  });

  test('are judged again when a leaf that counted counts no longer, though they are as they were', async () => {
    const { deps, sweep, prove } = scene;
    await prove();
    const proven = deps.stored.sweepRuns.evidence?.value ?? NO_EVIDENCE;
    const key = 'microsoft.web/sites /properties/httpsOnly';
    const leaf = proven.leaves[key];
    if (!leaf) throw new Error(`${key} was not proven`);
    const leaves = { ...proven.leaves, [key]: { ...leaf, agreed: 0, unset: 0, values: [] } };
    deps.stored.sweepRuns.evidence = { value: { ...proven, revision: 'another', leaves }, version: 9 };
    expect(await sweep()).toEqual(new Set(IDS));
  });

  test('hide a violation for no longer than the rotation', async () => {
    const { deps, sweep, prove } = scene;
    await prove();
    storeSettings(deps, { mode: 'audit', sweep: { fullReadDays: 7, activityLog: true } });
    const planted: readonly (readonly [string, string, 'resource' | 'config/web', string, Json])[] = [
      ['webapp-https-only', IDS[1] ?? '', 'resource', '/properties/httpsOnly', false],
      ['webapp-min-tls', IDS[2] ?? '', 'config/web', '/properties/minTlsVersion', '1.0'],
      ['webapp-ftps-only', IDS[3] ?? '', 'config/web', '/properties/ftpsState', 'AllAllowed'],
      ['webapp-remote-debugging', IDS[5] ?? '', 'config/web', '/properties/remoteDebuggingEnabled', true],
      ['webapp-cors-wildcard', IDS[6] ?? '', 'config/web', '/properties/cors', { allowedOrigins: ['*'] }],
    ];
    for (const [, id, document, path, value] of planted) deps.arm.change(id, document, path, value);
    const isFound = (rule: string, id: string) =>
      deps.stored.findings.some((one) => one.rule === rule && one.resource.id === id && one.verdict === 'violation');
    let first = 0;
    for (let sweeps = 1; sweeps <= 28; sweeps += 1) {
      await sweep(6);
      if (sweeps === 1) first = planted.filter(([rule, id]) => isFound(rule, id)).length;
    }
    expect(first).toBeLessThan(planted.length);
    expect(planted.filter(([rule, id]) => !isFound(rule, id))).toEqual([]);
  });
});
