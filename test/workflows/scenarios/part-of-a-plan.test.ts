/** A fix of two documents of which only one was written: the entry says which, and that part can be rolled back. */
import { describe, expect, test } from 'vitest';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { ENVIRONMENT, SHOP, seedEnvironment, WORKSPACE } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, deliverAndSettle, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, recordsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';
import { ada, TLS, tlsNow } from '../approvals/rolling-back.ts';

const RULE = 'environment-diagnostics';
const DESTINATION = '/properties/appLogsConfiguration/destination';
const SETTING = '/value/plumbline/properties';

/** The environment sends its logs nowhere. `ports` are the ports of the workflows. */
function environment(ports?: (deps: FakeDeps) => ReturnType<typeof watchedDeps>): Scene {
  const deps = fakeDeps({ options: { workspaceId: WORKSPACE } });
  seedEnvironment(deps.arm);
  return { deps, host: createHost(deps, ports ? { ports: ports(deps) } : {}) };
}

function rollBack({ deps, host }: Scene, kind: string) {
  const entry = deps.stored.entries.find((one) => one.kind === kind);
  if (!entry) throw new Error(`there is no ${kind}`);
  return host.rollBack({ entry, comment: 'It costs too much.', person: ada });
}

describe.each([
  ['invalid', 'ManagedEnvironmentV1SubnetDelegationNotAllowed', 'fix.failed'],
  ['blocked', 'ScopeLocked', 'fix.blocked'],
] as const)('the request that changes the environment itself is refused (%s)', (kind, code, end) => {
  async function half(): Promise<Scene> {
    const made = environment();
    made.deps.arm.onWrite = ({ document }) => (document === 'resource' ? refused(kind, code) : undefined);
    await deliverAndSettle(made.host, 'e', ENVIRONMENT);
    return made;
  }

  test('the one end of the one intent lists the written part, and names the refused one', async () => {
    const { deps } = await half();
    expect(recordsIn(deps)).toEqual([`fix.intended ${RULE}`, `${end} ${RULE}`]);
    const [intended, ended] = deps.stored.entries;
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

  test('the written part is rolled back by its entry, and the rule is then exempt', async () => {
    const made = await half();
    const { deps, host } = made;
    await rollBack(made, end);
    await host.settle();
    expect(deps.arm.valueOf(ENVIRONMENT, 'diagnosticSettings', SETTING)).toBeNull();
    expect(deps.arm.writes.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
    expect(approvals(deps)).toMatchObject([{ purpose: 'rollback', status: 'applied' }]);
    expect(deps.stored.findings).toMatchObject([{ decision: { action: 'exempt' } }]);
  });
});

test('when it is refused twice for one reason, the second entry has the written part', async () => {
  const { deps, host } = environment();
  deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
  await deliverAndSettle(host, 'first', ENVIRONMENT);
  deps.arm.onWrite = ({ document }) => (document === 'resource' ? refused('blocked', 'ScopeLocked') : undefined);
  await deliverAndSettle(host, 'second', ENVIRONMENT);
  expect(recordsIn(deps)).toEqual([`fix.intended ${RULE}`, `fix.blocked ${RULE}`, `fix.blocked ${RULE}`]);
  expect(deps.stored.entries.at(-1)).toMatchObject({
    changes: [{ document: 'diagnosticSettings' }],
    reasons: [{ code: 'blocked' }, { code: 'part-applied' }],
  });
});

test('a fix of which nothing was written cannot be rolled back', async () => {
  const made = environment();
  made.deps.arm.onWrite = () => refused('invalid', 'BadRequest');
  await deliverAndSettle(made.host, 'e', ENVIRONMENT);
  await expect(rollBack(made, 'fix.failed')).rejects.toMatchObject({ code: 'not-reversible' });
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

  async function endsWell({ deps }: Scene, begins: string, codes: readonly string[]): Promise<void> {
    expect(ends(deps)).toEqual(expected);
    const [, ended] = deps.stored.entries;
    expect(ended?.message).toMatch(new RegExp(`^${begins}. Carried out, and it stands: resource`));
    expect(ended?.reasons.map(({ code }) => code)).toEqual(codes);
    expect(deps.arm.writes.map(({ method }) => method)).toEqual(['PATCH', 'PUT']);
    // Nothing failed: it does not count towards failing fixes.
    expect([...deps.stored.resourceStates.values()][0]?.history[RULE]).toMatchObject({
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

  test.each(['throttled', 'busy'] as const)('because Azure asks to wait (%s)', async (kind) => {
    const made = environment();
    refuseOnce(made.deps, kind);
    await deliverAndSettle(made.host, 'e', ENVIRONMENT);
    await endsWell(made, 'Azure asked to wait with the rest, which is planned anew', ['part-applied']);
  });

  test('because the effect is unknown, which a later read resolves', async () => {
    const made = environment();
    refuseOnce(made.deps, 'transient');
    await deliverAndSettle(made.host, 'e', ENVIRONMENT);
    await endsWell(made, 'A later read shows a part of the planned values', ['unread', 'part-applied']);
  });

  test('values that moved with the first request are recorded, and the rule needs an approval from then on', async () => {
    const { deps, host } = environment();
    const path = '/properties/publicNetworkAccess';
    deps.arm.change(ENVIRONMENT, 'resource', path, 'Enabled');
    deps.arm.onWrite = ({ document }, take) => {
      if (document !== 'resource') return refused('throttled', 'TooManyRequests', 60);
      take();
      deps.arm.change(ENVIRONMENT, 'resource', path, 'Disabled');
      deps.arm.onWrite = () => refused('throttled', 'TooManyRequests', 60);
      return { kind: 'done', arm: { status: 200 } };
    };
    await host.deliver(gridEvent('e', ENVIRONMENT));
    await host.settle(60);
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.failed',
      changes: [{ document: 'resource' }],
      alsoMoved: [{ path, from: 'Enabled', to: 'Disabled' }],
      reasons: [{ code: 'part-applied' }, { code: 'also-moved' }],
    });
    deps.arm.onWrite = null;
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'pending', reasons: [{ code: 'also-moved-before' }] }]);
  });

  /** The process ends before the second request. */
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

  test('because the process ends between the two', async () => {
    const made = endsBetween();
    await made.host.deliver(gridEvent('e', ENVIRONMENT));
    await made.host.settle();
    await endsWell(made, 'A later read shows a part of the planned values', ['unread', 'part-applied']);
  });

  test('and somebody has changed the written part meanwhile: failed, with what is still there', async () => {
    const { deps, host } = endsBetween();
    deps.arm.onWritten = () => {
      deps.arm.onWritten = null;
      deps.arm.later(20, () =>
        deps.arm.change(ENVIRONMENT, 'diagnosticSettings', SETTING, { workspaceId: WORKSPACE, logs: [] }),
      );
    };
    await host.deliver(gridEvent('e', ENVIRONMENT));
    await host.settle();
    expect(deps.stored.entries[1]).toMatchObject({
      kind: 'fix.failed',
      changes: [{ document: 'resource' }],
      reasons: [{ code: 'not-verified' }, { code: 'part-applied' }],
    });
  });

  test('values moved by two requests are recorded once, and those that moved back are not', async () => {
    const { deps, host } = environment();
    const at = (member: string) => `/properties/${member}`;
    const moves: Record<string, string[]> = { publicNetworkAccess: ['b', 'c'], staticIp: ['b', 'a'] };
    for (const member of Object.keys(moves)) deps.arm.change(ENVIRONMENT, 'resource', at(member), 'a');
    deps.arm.onWrite = (_, take) => {
      take();
      for (const [member, values] of Object.entries(moves)) {
        deps.arm.change(ENVIRONMENT, 'resource', at(member), values.shift() ?? null);
      }
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'e', ENVIRONMENT);
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      alsoMoved: [{ path: at('publicNetworkAccess'), from: 'a', to: 'c' }],
    });
  });
});

describe('a rollback of which only a part is written', () => {
  const AFFINITY = '/properties/clientAffinityEnabled';

  /** A fix in `config/web` has moved a value of the site; Azure refuses one of the two requests of the rollback. */
  async function halfBack(refusedDocument: 'resource' | 'config/web'): Promise<Scene> {
    const made = scene({ app: { site: { clientAffinityEnabled: true }, config: { minTlsVersion: '1.0' } } });
    const { deps, host } = made;
    deps.arm.onWrite = (_, take) => {
      take();
      deps.arm.change(SHOP, 'resource', AFFINITY, false);
      deps.arm.onWrite = ({ document }) =>
        document === refusedDocument ? refused('invalid', 'BadRequest') : undefined;
      return { kind: 'done', arm: { status: 200 } };
    };
    await deliverAndSettle(host, 'first', SHOP);
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    return made;
  }

  test('only the fix: the rule is exempt, and no new approval is requested', async () => {
    const { deps } = await halfBack('resource');
    expect([tlsNow(deps), deps.arm.valueOf(SHOP, 'resource', AFFINITY)]).toEqual(['1.0', false]);
    expect(deps.stored.entries.at(-1)).toMatchObject({ kind: 'rollback.failed', changes: [{ path: TLS }] });
    expect(decisionOf(deps, 'webapp-min-tls')).toMatch(/^exempt /);
    expect(approvals(deps)).toMatchObject([{ purpose: 'rollback', status: 'failed' }]);
  });

  test('only the moved value: there is no exemption', async () => {
    const { deps } = await halfBack('config/web');
    expect([tlsNow(deps), deps.arm.valueOf(SHOP, 'resource', AFFINITY)]).toEqual(['1.2', true]);
    expect(deps.stored.exemptions.size).toBe(0);
  });
});
