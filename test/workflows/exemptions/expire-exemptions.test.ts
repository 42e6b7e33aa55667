/** Granting and closing cost a bounded number of requests, and leave nothing behind. */

import { describe, expect, it } from 'vitest';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { expireExemptions } from '../../../src/workflows/exemptions/expire-exemptions.ts';
import { createExemption, grantExemption, removeExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { ConflictError, StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps, tracedDeps, watchedDeps } from '../../fakes/wrappers/watched.ts';

const by = { type: 'user', objectId: 'ada', name: 'Ada' } as const;
const asked = (expires: string) => {
  return { scope: SHOP, rule: 'webapp-min-tls', owner: 'Team Shop', reason: 'x', ticket: null, expires };
};
const TOMORROW = '2026-03-02T12:00:00.000Z';

/** Findings come in pages of this many, and never end when `endless`. */
async function pagesOf(items: number, endless: boolean): Promise<{ world: Deps; limits: number[]; inner: FakeDeps }> {
  const { world, host } = scene({ app: { config: { minTlsVersion: '1.0' } }, settings: { mode: 'audit' } });
  await deliverAndSettle(host, 'e', SHOP);
  const finding = world.stored.findings.find(({ rule }) => rule === 'webapp-min-tls');
  if (!finding) throw new Error('there is no finding');
  world.stored.sent.splice(0);
  const limits: number[] = [];
  const list: Deps['findings']['list'] = async (_, { limit }) => {
    limits.push(limit);
    return { items: Array(Math.min(items, limit)).fill(finding), next: endless ? 'more' : null };
  };
  return { world: { ...world, findings: { ...world.findings, list } }, limits, inner: world };
}

describe('granting looks again at what it settles', () => {
  it.each<[string, number, boolean, number[], number]>([
    ['one page', 3, false, [100], 3],
    ['short pages: a hundred resources in all', 30, true, [100, 70, 40, 10], 100],
    ['a full page', 100, true, [100], 100],
    ['pages with nothing in them: ten in all', 0, true, Array(10).fill(100), 0],
  ])('%s', async (_, items, endless, expected, queued) => {
    const { world, limits, inner } = await pagesOf(items, endless);
    await grantExemption(world, asked(TOMORROW), by);
    expect([limits, inner.stored.sent.length]).toEqual([expected, queued]);
  });
});

describe('closing', () => {
  it('signs no end of an exemption whose row says another time than it was granted for', async () => {
    const deps = fakeDeps();
    const { id } = await createExemption(deps, asked(TOMORROW), by);
    const row = deps.stored.exemptions.get(id);
    if (!row) throw new Error('there is no exemption');
    deps.stored.exemptions.set(id, { ...row, value: { ...row.value, expires: '2026-03-01T12:00:00.000Z' } });
    await expireExemptions(deps);
    expect(factsIn(deps)).toEqual(['exemption.created webapp-min-tls']);
    expect(deps.stored.logged.at(-1)).toMatchObject({ level: 'error', fields: { exemption: id } });
  });

  it('an end is a fact of the service; its row goes ten minutes later', async () => {
    const deps = fakeDeps();
    await createExemption(deps, asked(TOMORROW), by);
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

  it('each of more than a page of them is closed', async () => {
    const deps = fakeDeps();
    for (let count = 0; count < 201; count += 1) await createExemption(deps, asked(TOMORROW), by);
    deps.clock.advanceTo(new Date(TOMORROW));
    await expireExemptions(deps);
    expect(factsIn(deps, 'exemption.ended')).toHaveLength(201);
  });

  it('one that is in force and in the log costs nothing but its place in the list', async () => {
    const inner = fakeDeps();
    await createExemption(inner, asked(TOMORROW), by);
    const calls: string[] = [];
    await expireExemptions(tracedDeps(inner, calls));
    expect(calls).toEqual(['exemptions.list']);
  });

  it('one whose row went meanwhile has nothing left to log', async () => {
    const deps = fakeDeps();
    const failing = failingDeps(deps, 'audit.append', new Error('down'), 1);
    await expect(createExemption(failing, asked(TOMORROW), by)).rejects.toThrow('down');
    const [stored] = deps.stored.exemptions.values();
    const [pending]: Exemption[] = stored ? [stored.value] : [];
    expect(pending?.outbox).toHaveLength(1);
    await expireExemptions({ ...deps, exemptions: { ...deps.exemptions, get: async () => null } });
    expect(factsIn(deps)).toEqual([]);
    await expireExemptions(deps);
    expect(factsIn(deps)).toEqual(['exemption.created webapp-min-tls']);
  });
});

describe('taking one back while somebody else writes its row', () => {
  it.each([1, 2])('the %i. save comes too late: it is taken back, and told once', async (times) => {
    const deps = fakeDeps();
    const { id } = await createExemption(deps, asked(TOMORROW), by);
    await removeExemption(failingDeps(deps, 'exemptions.save', new ConflictError(), times), id, by);
    expect((await deps.exemptions.get(id))?.value.removedAt).toBe('2026-03-01T12:00:00.000Z');
    expect(factsIn(deps, 'exemption.removed')).toHaveLength(1);
  });

  it('what is logged meanwhile by somebody else is logged', async () => {
    const deps = fakeDeps();
    let saves = 0;
    const late = watchedDeps(deps, async (name, go) => {
      if (name === 'exemptions.save') saves += 1;
      if (name === 'exemptions.save' && saves === 2) throw new ConflictError();
      return go();
    });
    await createExemption(late, asked(TOMORROW), by);
    expect(factsIn(deps)).toEqual(['exemption.created webapp-min-tls']);
  });

  it('a storage that does not answer is told', async () => {
    const deps = fakeDeps();
    const { id } = await createExemption(deps, asked(TOMORROW), by);
    const down = () => failingDeps(deps, 'exemptions.save', new StorageUnavailable('down'), 1);
    await expect(removeExemption(down(), id, by)).rejects.toThrow('down');
    await expect(createExemption(down(), asked(TOMORROW), by)).rejects.toThrow('down');
    expect(factsIn(deps, 'exemption.removed')).toEqual([]);
  });
});
