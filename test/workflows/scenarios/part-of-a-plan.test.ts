/** A fix of two documents of which only one was written: the log says which, and that part goes back by its entry. */
import { describe, expect, test } from 'vitest';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { ENVIRONMENT, SHOP, seedEnvironment, WORKSPACE } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, deliverAndSettle, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, factsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';
import { ada, TLS, tlsNow } from '../approvals/rolling-back.ts';

const RULE = 'environment-diagnostics';
const DESTINATION = '/properties/appLogsConfiguration/destination';
const SETTING = '/value/plumbline/properties';

/** The environment sends its logs nowhere. `ports` is what the workflows are given. */
function environment(ports?: (deps: FakeDeps) => ReturnType<typeof watchedDeps>): Scene {
  const deps = fakeDeps({ options: { workspaceId: WORKSPACE } });
  seedEnvironment(deps.arm);
  return { world: deps, host: createHost(deps, ports ? { ports: ports(deps) } : {}) };
}

function putBack({ world, host }: Scene, kind: string) {
  const entry = world.stored.entries.find((one) => one.kind === kind);
  if (!entry) throw new Error(`there is no ${kind}`);
  return host.rollBack({ entry, comment: 'It costs too much.', person: ada });
}

describe.each([
  ['invalid', 'ManagedEnvironmentV1SubnetDelegationNotAllowed', 'fix.failed'],
  ['blocked', 'ScopeLocked', 'fix.blocked'],
] as const)('the request that changes the environment itself is refused (%s)', (kind, code, end) => {
  async function half(): Promise<Scene> {
    const made = environment();
    made.world.arm.onWrite = ({ document }) => (document === 'resource' ? refused(kind, code) : undefined);
    await deliverAndSettle(made.host, 'e', ENVIRONMENT);
    return made;
  }

  test('the one end of the one intent lists what stands, and names what was refused', async () => {
    const { world } = await half();
    expect(factsIn(world)).toEqual([`fix.intended ${RULE}`, `${end} ${RULE}`]);
    const [intended, ended] = world.stored.entries;
    expect(intended?.changes.map(({ document }) => document)).toEqual(['diagnosticSettings', 'resource']);
    const text = `Carried out, and it stands: diagnosticSettings ${SETTING}. Not carried out: resource ${DESTINATION}.`;
    expect(ended).toMatchObject({
      operationId: intended?.operationId,
      changes: [{ document: 'diagnosticSettings', path: SETTING, from: null }],
      reasons: [
        { code: kind, text: expect.stringContaining(code) },
        { code: 'part-applied', text },
      ],
    });
    expect(ended?.message).toContain(code);
    expect(ended?.message).toContain(text);
  });

  test('that part goes back by its entry, and the rule is then exempt', async () => {
    const made = await half();
    const { world, host } = made;
    await putBack(made, end);
    await host.settle();
    expect(world.arm.valueOf(ENVIRONMENT, 'diagnosticSettings', SETTING)).toBeNull();
    expect(world.arm.writes.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
    expect(approvals(world)).toMatchObject([{ purpose: 'rollback', status: 'applied' }]);
    expect(world.stored.findings).toMatchObject([{ decision: { action: 'exempt' } }]);
  });
});

test('refused twice for one reason, the second time only with the other half: the log tells what stands', async () => {
  const { world, host } = environment();
  world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
  await deliverAndSettle(host, 'first', ENVIRONMENT);
  world.arm.onWrite = ({ document }) => (document === 'resource' ? refused('blocked', 'ScopeLocked') : undefined);
  await deliverAndSettle(host, 'second', ENVIRONMENT);
  expect(factsIn(world)).toEqual([`fix.intended ${RULE}`, `fix.blocked ${RULE}`, `fix.blocked ${RULE}`]);
  expect(world.stored.entries.at(-1)).toMatchObject({
    changes: [{ document: 'diagnosticSettings' }],
    reasons: [{ code: 'blocked' }, { code: 'part-applied' }],
  });
});

test('a fix of which nothing was carried out cannot be put back', async () => {
  const made = environment();
  made.world.arm.onWrite = () => refused('invalid', 'BadRequest');
  await deliverAndSettle(made.host, 'e', ENVIRONMENT);
  await expect(putBack(made, 'fix.failed')).rejects.toMatchObject({ code: 'not-reversible' });
});

describe('the rest is not sent at first', () => {
  const ends = (deps: FakeDeps) =>
    deps.stored.entries.map(({ kind, changes }) => [kind, ...changes.map(({ document }) => document)].join(' '));
  const expected = [
    'fix.intended diagnosticSettings resource',
    'fix.failed resource',
    'fix.intended diagnosticSettings',
    'fix.applied diagnosticSettings',
  ];

  async function endsWell({ world }: Scene, begins: string, codes: readonly string[]): Promise<void> {
    expect(ends(world)).toEqual(expected);
    const [, ended] = world.stored.entries;
    expect(ended?.message).toMatch(new RegExp(`^${begins}. Carried out, and it stands: resource`));
    expect(ended?.reasons.map(({ code }) => code)).toEqual(codes);
    expect(world.arm.writes.map(({ method }) => method)).toEqual(['PATCH', 'PUT']);
    // Nothing failed: it does not count towards those that are tried by the sweep only.
    expect([...world.stored.resourceStates.values()][0]?.history[RULE]).toMatchObject({
      failedAt: [],
      fixedAt: { length: 1 },
    });
  }

  /** Azure refuses the second request once. */
  function refuseOnce({ arm }: FakeDeps, kind: 'throttled' | 'busy' | 'transient'): void {
    let refusals = 1;
    arm.onWrite = ({ document }) => {
      if (document === 'resource' || refusals === 0) return undefined;
      refusals -= 1;
      return refused(kind, 'TryAgain', 60);
    };
  }

  test.each(['throttled', 'busy'] as const)('Azure asks to wait with it (%s)', async (kind) => {
    const made = environment();
    refuseOnce(made.world, kind);
    await deliverAndSettle(made.host, 'e', ENVIRONMENT);
    await endsWell(made, 'Azure asked to wait with the rest, which is planned anew', ['part-applied']);
  });

  test('nobody knows whether it came: a later look tells', async () => {
    const made = environment();
    refuseOnce(made.world, 'transient');
    await deliverAndSettle(made.host, 'e', ENVIRONMENT);
    await endsWell(made, 'A later read shows a part of the planned values', ['unread', 'part-applied']);
  });

  test('what moved with the first is told nevertheless, and a person decides from then on', async () => {
    const { world, host } = environment();
    const path = '/properties/publicNetworkAccess';
    world.arm.change(ENVIRONMENT, 'resource', path, 'Enabled');
    world.arm.onWrite = ({ document }, take) => {
      if (document !== 'resource') return refused('throttled', 'TooManyRequests', 60);
      take();
      world.arm.change(ENVIRONMENT, 'resource', path, 'Disabled');
      world.arm.onWrite = () => refused('throttled', 'TooManyRequests', 60);
      return { kind: 'done', arm: { status: 200 } };
    };
    await host.deliver(gridEvent('e', ENVIRONMENT));
    await host.settle(60);
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.failed',
      changes: [{ document: 'resource' }],
      alsoMoved: [{ path, from: 'Enabled', to: 'Disabled' }],
      reasons: [{ code: 'part-applied' }, { code: 'also-moved' }],
    });
    world.arm.onWrite = null;
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'pending', reasons: [{ code: 'also-moved-before' }] }]);
  });

  /** Before the second request the process ends. */
  function endsBetween(): Scene {
    let writes = 0;
    return environment((deps) =>
      watchedDeps(deps, async (name, call) => {
        if (name === 'arm.write') writes += 1;
        if (name === 'arm.write' && writes === 2) throw new Error('the process ended');
        return call();
      }),
    );
  }

  test('the process ends between the two', async () => {
    const made = endsBetween();
    await made.host.deliver(gridEvent('e', ENVIRONMENT));
    await made.host.settle();
    await endsWell(made, 'A later read shows a part of the planned values', ['unread', 'part-applied']);
  });

  test('and somebody has changed it meanwhile: failed, which says what stands', async () => {
    const { world, host } = endsBetween();
    world.arm.onWritten = () => {
      world.arm.onWritten = null;
      world.arm.later(20, () =>
        world.arm.change(ENVIRONMENT, 'diagnosticSettings', SETTING, { workspaceId: WORKSPACE, logs: [] }),
      );
    };
    await host.deliver(gridEvent('e', ENVIRONMENT));
    await host.settle();
    expect(world.stored.entries[1]).toMatchObject({
      kind: 'fix.failed',
      changes: [{ document: 'resource' }],
      reasons: [{ code: 'not-verified' }, { code: 'part-applied' }],
    });
  });

  test('what two requests moved is told as one, and what came back not at all', async () => {
    const { world, host } = environment();
    const at = (member: string) => `/properties/${member}`;
    const moves: Record<string, string[]> = { publicNetworkAccess: ['b', 'c'], staticIp: ['b', 'a'] };
    for (const member of Object.keys(moves)) world.arm.change(ENVIRONMENT, 'resource', at(member), 'a');
    world.arm.onWrite = (_, take) => {
      take();
      for (const [member, values] of Object.entries(moves)) {
        world.arm.change(ENVIRONMENT, 'resource', at(member), values.shift() ?? null);
      }
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', ENVIRONMENT);
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      alsoMoved: [{ path: at('publicNetworkAccess'), from: 'a', to: 'c' }],
    });
  });
});

describe('of a rollback only a part is carried out', () => {
  const AFFINITY = '/properties/clientAffinityEnabled';

  /** A fix in `config/web` has moved a value of the site; Azure refuses one of the two requests that put both back. */
  async function halfBack(refusedDocument: 'resource' | 'config/web'): Promise<Scene> {
    const made = scene({ app: { site: { clientAffinityEnabled: true }, config: { minTlsVersion: '1.0' } } });
    const { world, host } = made;
    world.arm.onWrite = (_, take) => {
      take();
      world.arm.change(SHOP, 'resource', AFFINITY, false);
      world.arm.onWrite = ({ document }) =>
        document === refusedDocument ? refused('invalid', 'BadRequest') : undefined;
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'first', SHOP);
    await host.rollBack(rollbackOf(world));
    await host.settle();
    return made;
  }

  test('the fix, and not what moved along: the rule is exempt, and nobody is asked to fix it again', async () => {
    const { world } = await halfBack('resource');
    expect([tlsNow(world), world.arm.valueOf(SHOP, 'resource', AFFINITY)]).toEqual(['1.0', false]);
    expect(world.stored.entries.at(-1)).toMatchObject({ kind: 'rollback.failed', changes: [{ path: TLS }] });
    expect(decisionOf(world, 'webapp-min-tls')).toMatch(/^exempt /);
    expect(approvals(world)).toMatchObject([{ purpose: 'rollback', status: 'failed' }]);
  });

  test('what moved along, and not the fix: no exemption', async () => {
    const { world } = await halfBack('config/web');
    expect([tlsNow(world), world.arm.valueOf(SHOP, 'resource', AFFINITY)]).toEqual(['1.2', true]);
    expect(world.stored.exemptions.size).toBe(0);
  });
});
