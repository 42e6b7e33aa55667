/** What a sweep of ten thousand apps costs when the service has learned what it can: counts, which grow with the estate. */
import { beforeAll, describe, expect, test } from 'vitest';
import { provenUnder } from '../../../src/domain/estate/evidence.ts';
import { fingerprintOf } from '../../../src/domain/estate/fingerprint.ts';
import type { ResourceRows } from '../../../src/domain/estate/row-documents.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { parseResourceId, type Resource } from '../../../src/domain/resources/resource.ts';
import type { AnyRule } from '../../../src/domain/rules/rule.ts';
import { rulesFor } from '../../../src/domain/rules/settings.ts';
import type { EstateTable } from '../../../src/workflows/ports/azure.ts';
import { newSweptApp } from '../../../src/workflows/ports/sweeps.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { partOf, publish } from '../../fakes/azure/resource-graph.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { provenBy, publishedRows } from '../../fakes/scenarios/proven-rows.ts';

const SUBSCRIPTION = SHOP.split('/')[2] ?? '';
const APPS = 10_000;
const PARTS = 16;
const app = (index: number) => SHOP.replace(/[^/]+$/, `app-${index}`);
const HTTPS = '/properties/httpsOnly';

/**
 * Apps whose documents and rows are those of one, all of them just looked at. Only apps that a test changes exist in
 * Resource Manager.
 */
async function stage(ruleLike: (rule: AnyRule) => AnyRule) {
  const usual = fakeDeps();
  const deps = { ...usual, rules: usual.rules.map(ruleLike) };
  storeSettings(deps, { sweep: { fullReadDays: 30, activityLog: true } });
  const [first, ...others] = Array.from({ length: APPS }, (_, index) => resourceOf(app(index)));
  if (!first) throw new Error('there is no app');
  seedWebApp(deps.arm, {}, first.id);
  await publish(deps, first.id);
  const { columns } = deps.estate;
  const row = (table: EstateTable) => columns.get(`${table} ${first.key}`) ?? {};
  const own = { resources: row('resources'), configurations: row('configurations') };
  /** What rows say otherwise, by key. */
  const changed = new Map<string, JsonObject>();
  const parts = Array.from({ length: PARTS }, (): Resource[] => []);
  for (const resource of [first, ...others]) parts[partOf(resource.id, PARTS)]?.push(resource);
  deps.estate.onCount = () => ({ kind: 'counted', total: APPS, waitSeconds: 0 });
  deps.estate.onList = ({ table, part }) => {
    if (table !== 'resources' && table !== 'configurations') return undefined;
    const rows = (parts[part.index] ?? []).map(({ id, key }) => ({
      id,
      columns: changed.get(`${table} ${key}`) ?? own[table],
    }));
    return { kind: 'listed', rows, complete: true, waitSeconds: 0 };
  };
  const firstRows = publishedRows(deps, first.id);
  const { site, siteConfig } = firstRows;
  const rowsOf = ({ id, key }: Resource): ResourceRows =>
    site && siteConfig ? { ...firstRows, site: { ...site, id, key }, siteConfig: { ...siteConfig, id, key } } : fail();
  const evidence = await provenBy(deps, [first.id]);
  deps.stored.sweepRuns.evidence = { value: evidence, version: 1 };
  const { settings } = deps.stored.settings?.value ?? fail();
  const rules = rulesFor(settings, deps.rules, first, { workspaceId: null });
  for (const resource of [first, ...others]) {
    const looked = { lookedAt: deps.clock.now().toISOString(), complete: true, calm: true };
    const value = {
      ...{ ...newSweptApp(resource.id), ...looked, provenUnder: provenUnder(evidence) },
      fingerprint: fingerprintOf(rowsOf(resource), rules),
    };
    const key = `${SUBSCRIPTION} ${PARTS}-${partOf(resource.id, PARTS)} ${resource.key}`;
    deps.stored.sweepRuns.apps.set(key, { value, version: 1 });
  }
  return { deps, own, changed };
}

describe('a sweep of 10,000 apps, 20 of which were changed', () => {
  const ids = Array.from({ length: 20 }, (_, index) => app(index * 500));
  let deps: FakeDeps;
  let saved = 0;
  let checks = 0;
  beforeAll(async () => {
    const scene = await stage((rule) => {
      const { check } = rule;
      const counted: typeof check = (...given) => {
        checks += 1;
        return check(...given);
      };
      return { ...rule, check: counted };
    });
    deps = scene.deps;
    const { own, changed } = scene;
    for (const id of ids) {
      seedWebApp(deps.arm, {}, id);
      deps.arm.change(id, 'resource', HTTPS, false);
      const [column = ''] = Object.entries(own.resources).find(([, value]) => value === true) ?? [];
      changed.set(`resources ${id.toLowerCase()}`, { ...own.resources, [column]: false });
    }
    const { saveApps } = deps.sweepRuns;
    Object.assign(deps.sweepRuns, {
      saveApps: (...given: Parameters<typeof saveApps>) => {
        saved += given[2].length;
        return saveApps(...given);
      },
    });
    await startSweep(deps, [SUBSCRIPTION]);
    await createHost(deps).settle(120);
  });

  test('costs at most 20 reads for the others, and stores nothing of them', () => {
    expect(deps.stored.sweepRuns.runs.get(SUBSCRIPTION)?.value).toMatchObject({
      ...{ state: 'done', parts: PARTS, listed: APPS, skipped: APPS - ids.length, queued: ids.length, missing: 0 },
    });
    expect(deps.arm.reads.filter(({ resource }) => !ids.includes(resource)).length).toBeLessThanOrEqual(20);
    // Once when the look is queued, once when it is done.
    expect(saved).toBe(2 * ids.length);
  });

  test('costs at most 40 queries', () => {
    expect(deps.estate.requests.length).toBeLessThanOrEqual(40);
  });

  test('judges none of the others', () => {
    expect(checks).toBeGreaterThan(ids.length);
    expect(checks).toBeLessThan(APPS);
  });

  test('finds and fixes what was changed', () => {
    expect(ids.filter((id) => deps.arm.valueOf(id, 'resource', HTTPS) !== true)).toEqual([]);
  });
});

function resourceOf(id: string): Resource {
  return parseResourceId(id) ?? fail();
}

function fail(): never {
  throw new Error('this is missing');
}
