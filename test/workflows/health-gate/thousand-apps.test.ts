/**
 * A thousand apps violate a rule, and its fix breaks three of them: roll-out, gates and rollbacks together, over stores and an
 * Azure in memory.
 */
import { expect, test } from 'vitest';
import { memberOf } from '../../../src/domain/approvals/rollout.ts';
import type { AppState } from '../../../src/domain/health/gate.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { rule as httpsOnly } from '../../../src/rules/web-app/webapp-https-only.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';
import { recordsIn } from '../../fakes/scenarios/scene.ts';
import { appNamed, choose, rolloutIn, rollouts, violateAlike } from '../guards/rolling-out.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`seed of the thousand apps: ${SEED}`);

const APPS = 1000;
const BROKEN = [0, 1, 2].map((index) => appNamed(1 + ((SEED + index * 7919) % APPS)));
const DEFAULTS = settingsSchema.parse({});
const SETTINGS = {
  mode: 'autofix' as const,
  healthGate: { ...DEFAULTS.healthGate, minutes: 5 },
  limits: { ...DEFAULTS.limits, fixesPerHour: 10_000 },
  rollout: { stages: [1, '10%', '100%'], bakeMinutes: 1 },
};
const GOOD: AppState = { condition: 'good', text: 'its state is Running' };
const ILL: AppState = { condition: 'ill', text: 'its availability is Limited' };

/** The writes of each app, of which the first is the fix, and the second its rollback. */
function writesByApp({ arm }: FakeDeps): () => ReadonlyMap<string, readonly string[]> {
  const writes = new Map<string, string[]>();
  let seen = 0;
  return () => {
    for (const { resource, at } of arm.writes.slice(seen)) writes.set(resource, [...(writes.get(resource) ?? []), at]);
    seen = arm.writes.length;
    return writes;
  };
}

/** A minute passes: housekeeping runs, and what is due is handled in its order. */
async function minute(host: Host, { clock }: FakeDeps): Promise<void> {
  const end = clock.now().getTime() + 60_000;
  await host.ask(runHousekeeping);
  await host.settle((end - clock.now().getTime()) / 1000);
  clock.advanceTo(new Date(end));
}

test('guarantee 15: of 1,000 apps three break: each that fell ill is back, and nothing is begun after the first worse verdict', async () => {
  const deps = fakeDeps({ rules: [httpsOnly] });
  const host = createHost(deps);
  await violateAlike(host, deps, APPS);
  const writes = writesByApp(deps);
  const isIll = (id: string) => BROKEN.includes(id) && writes().get(id)?.length === 1;
  deps.health.state = ({ id }) => (isIll(id) ? ILL : GOOD);
  await choose(host, SETTINGS);

  /** Those that break by the stage that takes them. */
  const breaks: string[][] = [];
  for (let minutes = 0; rollouts(deps)[0]?.status !== 'stopped'; minutes += 1) {
    if (minutes > 100) throw new Error('the roll-out is not stopped after 100 minutes');
    await minute(host, deps);
    const { members, progress } = rolloutIn(deps);
    const isTaken = (id: string) => members === null || members.includes(memberOf({ key: id.toLowerCase() }));
    if (progress.stage > breaks.length) breaks.push(BROKEN.filter((id) => isTaken(id) && !breaks.flat().includes(id)));
    expect(BROKEN.filter(isIll).length).toBeLessThanOrEqual(breaks.at(-1)?.length ?? 0);
  }
  const { stopped } = rolloutIn(deps);
  for (let waited = 0; waited < 8; waited += 1) await minute(host, deps);

  const fell = BROKEN.filter((id) => writes().has(id));
  const worse = deps.stored.entries.filter(({ kind }) => kind === 'health.worse');
  expect(worse[0]?.at).toBe(stopped?.at);
  expect([...writes()].filter(([, [first = '']]) => first > (stopped?.at ?? ''))).toEqual([]);
  for (const id of fell) expect(deps.arm.valueOf(id, 'resource', '/properties/httpsOnly')).toBe(false);
  expect([...writes()].flatMap(([id, { length }]) => (length === 1 ? [] : [id])).sort()).toEqual([...fell].sort());
  // Each is told once, and the roll-out once.
  expect(worse.map(({ resource }) => resource?.id).sort()).toEqual([...fell].sort());
  expect(recordsIn(deps, 'rollback.applied')).toHaveLength(fell.length);
  expect(recordsIn(deps, 'rollout.stopped')).toHaveLength(1);
  expect(deps.stored.published).toEqual([]);
}, 60_000);
