/** Creating and ending exemptions costs a bounded number of requests, and leaves nothing behind. */

import { describe, expect, it } from 'vitest';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { expireExemptions } from '../../../src/workflows/exemptions/expire-exemptions.ts';
import { createExemption, grantExemption, removeExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { ConflictError, StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { recordsIn, scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps, tracedDeps, watchedDeps } from '../../fakes/wrappers/watched.ts';

const by = { type: 'user', objectId: 'ada', name: 'Ada' } as const;
const request = (expires: string) => {
  return { scope: SHOP, rule: 'webapp-min-tls', owner: 'Team Shop', reason: 'x', ticket: null, expires };
};
const TOMORROW = '2026-03-02T12:00:00.000Z';

/** Findings come in pages of this many, without an end when `endless`. */
async function pagesOf(items: number, endless: boolean): Promise<{ deps: Deps; limits: number[]; inner: FakeDeps }> {
  const { deps, host } = scene({ app: { config: { minTlsVersion: '1.0' } }, settings: { mode: 'audit' } });
  await deliverAndSettle(host, 'e', SHOP);
  const finding = deps.stored.findings.find(({ rule }) => rule === 'webapp-min-tls');
  if (!finding) throw new Error('there is no finding');
  deps.stored.sent.splice(0);
  const limits: number[] = [];
  const list: Deps['findings']['list'] = async (_, { limit }) => {
    limits.push(limit);
    return { items: Array(Math.min(items, limit)).fill(finding), next: endless ? 'more' : null };
  };
  return { deps: { ...deps, findings: { ...deps.findings, list } }, limits, inner: deps };
}

describe('a new exemption queues the resources that it affects', () => {
  it.each<[string, number, boolean, number[], number]>([
    ['one page', 3, false, [100], 3],
    ['short pages: a hundred resources in all', 30, true, [100, 70, 40, 10], 100],
    ['a full page', 100, true, [100], 100],
    ['empty pages: ten in all', 0, true, Array(10).fill(100), 0],
  ])('%s', async (_, items, endless, expected, queued) => {
    const { deps, limits, inner } = await pagesOf(items, endless);
    await grantExemption(deps, request(TOMORROW), by);
    expect([limits, inner.stored.sent.length]).toEqual([expected, queued]);
  });
});

describe('ending', () => {
  it('signs no end of an exemption whose row has another end than the created one', async () => {
    const deps = fakeDeps();
    const { id } = await createExemption(deps, request(TOMORROW), by);
    const row = deps.stored.exemptions.get(id);
    if (!row) throw new Error('there is no exemption');
    deps.stored.exemptions.set(id, { ...row, value: { ...row.value, expires: '2026-03-01T12:00:00.000Z' } });
    await expireExemptions(deps);
    expect(recordsIn(deps)).toEqual(['exemption.created webapp-min-tls']);
    expect(deps.stored.logged.at(-1)).toMatchObject({ level: 'error', fields: { exemption: id } });
  });

  it('records the end by the service, and deletes the row ten minutes later', async () => {
    const deps = fakeDeps();
    await createExemption(deps, request(TOMORROW), by);
    deps.clock.advanceTo(new Date('2026-03-02T12:09:59.999Z'));
    await expireExemptions(deps);
    expect(deps.stored.exemptions.size).toBe(1);
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'exemption.ended',
      actor: { type: 'service', name: 'Plumbline' },
    });
    deps.clock.advanceTo(new Date('2026-03-02T12:10:00.000Z'));
    await expireExemptions(deps);
    expect(deps.stored.exemptions.size).toBe(0);
  });

  it('ends each of more than a page of exemptions', async () => {
    const deps = fakeDeps();
    for (let count = 0; count < 201; count += 1) await createExemption(deps, request(TOMORROW), by);
    deps.clock.advanceTo(new Date(TOMORROW));
    await expireExemptions(deps);
    expect(recordsIn(deps, 'exemption.ended')).toHaveLength(201);
  });

  it('costs only the list for exemptions that are in force and in the log', async () => {
    const inner = fakeDeps();
    await createExemption(inner, request(TOMORROW), by);
    const calls: string[] = [];
    await expireExemptions(tracedDeps(inner, calls));
    expect(calls).toEqual(['exemptions.list']);
  });

  it('logs nothing for a row that was deleted meanwhile', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'audit.append', new Error('down'), 1);
    await expect(createExemption(failing, request(TOMORROW), by)).rejects.toThrow('down');
    const [stored] = deps.stored.exemptions.values();
    const [pending]: Exemption[] = stored ? [stored.value] : [];
    expect(pending?.outbox).toHaveLength(1);
    await expireExemptions({ ...deps, exemptions: { ...deps.exemptions, get: async () => null } });
    expect(recordsIn(deps)).toEqual([]);
    await expireExemptions(deps);
    expect(recordsIn(deps)).toEqual(['exemption.created webapp-min-tls']);
  });
});

describe('removing an exemption while somebody else writes its row', () => {
  it.each([1, 2])('repeats save %i that comes too late, and records the removal once', async (times) => {
    const deps = fakeDeps();
    const { id } = await createExemption(deps, request(TOMORROW), by);
    await removeExemption(failingDeps(deps, 'exemptions.save', new ConflictError(), times), id, by);
    expect((await deps.exemptions.get(id))?.value.removedAt).toBe('2026-03-01T12:00:00.000Z');
    expect(recordsIn(deps, 'exemption.removed')).toHaveLength(1);
  });

  it('does not repeat a record that somebody else logged meanwhile', async () => {
    const deps = fakeDeps();
    let saves = 0;
    const late = watchedDeps(deps, async (name, go) => {
      if (name === 'exemptions.save') saves += 1;
      if (name === 'exemptions.save' && saves === 2) throw new ConflictError();
      return go();
    });
    await createExemption(late, request(TOMORROW), by);
    expect(recordsIn(deps)).toEqual(['exemption.created webapp-min-tls']);
  });

  it('fails when the storage does not answer', async () => {
    const deps = fakeDeps();
    const { id } = await createExemption(deps, request(TOMORROW), by);
    const down = () => failingDeps(deps, 'exemptions.save', new StorageUnavailable('down'), 1);
    await expect(removeExemption(down(), id, by)).rejects.toThrow('down');
    await expect(createExemption(down(), request(TOMORROW), by)).rejects.toThrow('down');
    expect(recordsIn(deps, 'exemption.removed')).toEqual([]);
  });
});
