/** Granting and closing cost a bounded number of requests, and leave nothing behind. */
import { describe, expect, it } from 'vitest';
import type { Exemption } from '../../src/domain/exemption.ts';
import { closeExemptions } from '../../src/workflows/close-exemptions.ts';
import { createExemption, grantExemption, removeExemption } from '../../src/workflows/exempt.ts';
import { StaleVersion, StorageUnavailable, type World } from '../../src/workflows/ports.ts';
import { SHOP } from '../world/apps.ts';
import { type MemoryWorld, memoryWorld } from '../world/memory-world.ts';
import { factsIn, scene } from '../world/scene.ts';
import { failingWorld, tracedWorld, watchedWorld } from '../world/watched-world.ts';
import { eventAndRest } from '../world/ways.ts';

const by = { type: 'user', objectId: 'ada', name: 'Ada' } as const;
const asked = (expires: string) => {
  return { scope: SHOP, rule: 'webapp-min-tls', owner: 'Team Shop', reason: 'x', ticket: null, expires };
};
const TOMORROW = '2026-03-02T12:00:00.000Z';

/** Findings come in pages of this many, and never end when `endless`. */
async function pagesOf(
  items: number,
  endless: boolean,
): Promise<{ world: World; limits: number[]; inner: MemoryWorld }> {
  const { world, host } = scene({ app: { config: { minTlsVersion: '1.0' } }, settings: { mode: 'audit' } });
  await eventAndRest(host, 'e', SHOP);
  const finding = world.stored.findings.find(({ rule }) => rule === 'webapp-min-tls');
  if (!finding) throw new Error('there is no finding');
  world.stored.sent.splice(0);
  const limits: number[] = [];
  const list: World['findings']['list'] = async (_, { limit }) => {
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
    const world = memoryWorld();
    const { id } = await createExemption(world, asked(TOMORROW), by);
    const row = world.stored.exemptions.get(id);
    if (!row) throw new Error('there is no exemption');
    world.stored.exemptions.set(id, { ...row, value: { ...row.value, expires: '2026-03-01T12:00:00.000Z' } });
    await closeExemptions(world);
    expect(factsIn(world)).toEqual(['exemption.created webapp-min-tls']);
    expect(world.stored.logged.at(-1)).toMatchObject({ level: 'error', fields: { exemption: id } });
  });

  it('an end is a fact of the service; its row goes ten minutes later', async () => {
    const world = memoryWorld();
    await createExemption(world, asked(TOMORROW), by);
    world.clock.advanceTo(new Date('2026-03-02T12:09:59.999Z'));
    await closeExemptions(world);
    expect(world.stored.exemptions.size).toBe(1);
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'exemption.ended',
      actor: { type: 'service', name: 'Plumbline' },
    });
    world.clock.advanceTo(new Date('2026-03-02T12:10:00.000Z'));
    await closeExemptions(world);
    expect(world.stored.exemptions.size).toBe(0);
  });

  it('each of more than a page of them is closed', async () => {
    const world = memoryWorld();
    for (let count = 0; count < 201; count += 1) await createExemption(world, asked(TOMORROW), by);
    world.clock.advanceTo(new Date(TOMORROW));
    await closeExemptions(world);
    expect(factsIn(world, 'exemption.ended')).toHaveLength(201);
  });

  it('one that is in force and in the log costs nothing but its place in the list', async () => {
    const inner = memoryWorld();
    await createExemption(inner, asked(TOMORROW), by);
    const calls: string[] = [];
    await closeExemptions(tracedWorld(inner, calls));
    expect(calls).toEqual(['exemptions.list']);
  });

  it('one whose row went meanwhile has nothing left to log', async () => {
    const world = memoryWorld();
    const failing = failingWorld(world, 'audit.append', new Error('down'), 1);
    await expect(createExemption(failing, asked(TOMORROW), by)).rejects.toThrow('down');
    const [stored] = world.stored.exemptions.values();
    const [pending]: Exemption[] = stored ? [stored.value] : [];
    expect(pending?.unlogged).toHaveLength(1);
    await closeExemptions({ ...world, exemptions: { ...world.exemptions, get: async () => null } });
    expect(factsIn(world)).toEqual([]);
    await closeExemptions(world);
    expect(factsIn(world)).toEqual(['exemption.created webapp-min-tls']);
  });
});

describe('taking one back while somebody else writes its row', () => {
  it.each([1, 2])('the %i. save comes too late: it is taken back, and told once', async (times) => {
    const world = memoryWorld();
    const { id } = await createExemption(world, asked(TOMORROW), by);
    await removeExemption(failingWorld(world, 'exemptions.save', new StaleVersion(), times), id, by);
    expect((await world.exemptions.get(id))?.value.removedAt).toBe('2026-03-01T12:00:00.000Z');
    expect(factsIn(world, 'exemption.removed')).toHaveLength(1);
  });

  it('what is logged meanwhile by somebody else is logged', async () => {
    const world = memoryWorld();
    let saves = 0;
    const late = watchedWorld(world, async (name, go) => {
      if (name === 'exemptions.save') saves += 1;
      if (name === 'exemptions.save' && saves === 2) throw new StaleVersion();
      return go();
    });
    await createExemption(late, asked(TOMORROW), by);
    expect(factsIn(world)).toEqual(['exemption.created webapp-min-tls']);
  });

  it('a storage that does not answer is told', async () => {
    const world = memoryWorld();
    const { id } = await createExemption(world, asked(TOMORROW), by);
    const down = () => failingWorld(world, 'exemptions.save', new StorageUnavailable('down'), 1);
    await expect(removeExemption(down(), id, by)).rejects.toThrow('down');
    await expect(createExemption(down(), asked(TOMORROW), by)).rejects.toThrow('down');
    expect(factsIn(world, 'exemption.removed')).toEqual([]);
  });
});
