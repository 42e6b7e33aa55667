/**
 * The process may end at any line, and something else may happen before it is restarted. Each scenario is run with a
 * crash before or after its first, second, third, ... call, followed by the other action. A crash that leaves what
 * another one leaves is not tried again. At the end the log must be consistent: each write has one intent, each intent
 * one end, each end its intent, and the changer is right.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { changeSettings } from '../../../src/workflows/settings/change-settings.ts';
import { type Author, BOB, gridEvent, PIPELINE } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';
import { crashingDeps } from '../../fakes/wrappers/crashing.ts';
import { isBeforeNext, isSameBefore, recordPoints } from '../../fakes/wrappers/points.ts';
import type { Happened } from '../../tamper/tampered-deps.ts';
import { isFinalEnd, untruths } from '../../tamper/truth.ts';

/** Longer than the other action takes: the process is not restarted by then. */
const AFTER_CRASH_SECONDS = 900;
const MARY = { objectId: 'dddddddd-0000-4000-8000-000000000004', name: 'Mary' };
const OLGA = { objectId: 'eeeeeeee-0000-4000-8000-000000000005', name: 'Olga' };
const CONFIG = 'config/web';

interface Stage {
  readonly host: Host;
  readonly deps: FakeDeps;
  readonly happened: Happened[];
}

type Act = (stage: Stage) => Promise<void>;

/** Somebody changes a value, and its event is delivered. */
async function change(stage: Stage, id: string, by: Author, path: string, value: string | boolean): Promise<void> {
  const document = path.includes('httpsOnly') ? 'resource' : CONFIG;
  stage.deps.arm.change(SHOP, document, path, value);
  stage.happened.push({ kind: 'change', path, value });
  await stage.host.deliver(gridEvent(id, SHOP, { by, correlationId: id }));
  await stage.host.settle(32);
}

async function approve({ host, deps, happened }: Stage): Promise<void> {
  const waiting = [...deps.stored.approvals.values()].find(({ value }) => value.status === 'pending')?.value;
  if (!waiting) return;
  const { id, digest } = waiting;
  await host.decide({ approvalId: id, decision: 'approve', digest, comment: null, person: MARY });
  happened.push({ kind: 'decision', approvalId: id, by: MARY.objectId, decision: 'approve' });
  await host.settle(32);
}

async function rollBack({ host, deps, happened }: Stage): Promise<void> {
  const entry = deps.stored.entries.findLast(({ kind }) => kind === 'fix.applied');
  if (!entry) return;
  try {
    const { id } = await host.rollBack({ entry, comment: 'Old clients.', person: MARY });
    happened.push({ kind: 'rollback', approvalId: id, by: MARY.objectId, fixId: entry.id });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  await host.settle(32);
}

async function chooseAudit({ host, happened }: Stage): Promise<void> {
  const settings = settingsSchema.parse({ mode: 'audit' });
  const change = { settings, ifMatch: '*', actor: { ...OLGA, type: 'user' as const } };
  await host.ask((baseDeps) => {
    // A request without an answer is repeated, which is another change.
    happened.push({ kind: 'settings', by: OLGA.objectId });
    return changeSettings(baseDeps, change);
  });
}

const TLS = '/properties/minTlsVersion';
const DEBUGGING = '/properties/remoteDebuggingEnabled';

const WAYS: readonly { title: string; path: string; bad: string | boolean; walk: Act }[] = [
  {
    title: 'a fix',
    path: TLS,
    bad: '1.0',
    walk: (stage) => change(stage, 'first', PIPELINE, TLS, '1.0'),
  },
  {
    title: 'an approved change',
    path: DEBUGGING,
    bad: true,
    async walk(stage) {
      await change(stage, 'first', PIPELINE, DEBUGGING, true);
      await approve(stage);
    },
  },
  {
    title: 'a fix that is rolled back',
    path: TLS,
    bad: '1.0',
    async walk(stage) {
      await change(stage, 'first', PIPELINE, TLS, '1.0');
      await rollBack(stage);
    },
  },
];

const NEXT: readonly { title: string; act(stage: Stage, way: (typeof WAYS)[number]): Promise<void> }[] = [
  { title: 'the same violation again', act: (stage, { path, bad }) => change(stage, 'again', BOB, path, bad) },
  {
    title: 'another violation',
    act: (stage) => change(stage, 'other', BOB, '/properties/httpsOnly', false),
  },
  {
    title: 'mode audit, and the same violation again',
    async act(stage, { path, bad }) {
      await chooseAudit(stage);
      await change(stage, 'again', BOB, path, bad);
    },
  },
  { title: 'a rollback', act: rollBack },
];

let total = 0;
afterAll(() => console.info(`crash points with what happens then: ${total}`));

describe.each(WAYS)('guarantees 4 and 8: $title, a crash at any line', (way) => {
  test.each(NEXT.flatMap((next) => (['before', 'after'] as const).map((when) => [next.title, when, next] as const)))(
    'followed by %s (%s the call)',
    async (_, when, next) => {
      const isSame = when === 'before' ? isSameBefore : isBeforeNext;
      const { points } = await walked(way, next, null, when);
      for (let at = 1; ; at += 1) {
        if (isSame(points, at)) continue;
        const { stage, crashed, call } = await walked(way, next, at, when);
        const problems = problemsOf(stage);
        expect(problems, `${when} call ${at}, ${call}:\n${storyOf(stage)}`).toEqual([]);
        if (next.title.startsWith('the same')) expect(changerIsRight(stage), storyOf(stage)).toBe(true);
        if (!crashed) break;
      }
      total += points.length;
    },
    120_000,
  );
});

/** `at`: the call of the crash; null: without. */
async function walked(
  way: (typeof WAYS)[number],
  next: (typeof NEXT)[number],
  at: number | null,
  when: 'before' | 'after',
) {
  const deps = fakeDeps();
  const happened: Happened[] = [];
  seedWebApp(deps.arm);
  deps.arm.onWritten = (sent) => happened.push({ kind: 'write', sent });
  const recording: Deps = {
    ...deps,
    audit: {
      ...deps.audit,
      async append(records) {
        const entries = await deps.audit.append(records);
        for (const record of records) happened.push({ kind: 'record', record });
        return entries;
      },
    },
  };
  const crashing = crashingDeps(recording, at, when);
  const recorded = at === null ? recordPoints(deps, crashing.deps) : null;
  const host = createHost(deps, {
    ports: recorded?.deps ?? crashing.deps,
    afterCrashSeconds: AFTER_CRASH_SECONDS,
    restart: () => crashing.restart(),
    onAction: () => recorded?.nextAction(),
  });
  const stage: Stage = { host, deps, happened };
  await way.walk(stage);
  await next.act(stage, way);
  await host.settle(3 * 3600);
  return { stage, points: recorded?.points ?? [], crashed: crashing.crashed(), call: crashing.calls.at(-1) };
}

function problemsOf({ deps, happened }: Stage): string[] {
  const entries = deps.stored.entries;
  const signed = new Map(entries.map((entry) => [entry.id, entry]));
  const audit = deps.stored.settings?.value.settings.mode === 'audit';
  const unended = entries
    .filter(({ kind }) => kind.endsWith('.intended'))
    .flatMap((intent) => {
      const ends = entries.filter(
        (end) => isFinalEnd(end) && end.operationId === intent.operationId && end.rule === intent.rule,
      );
      // In mode audit a write that was not sent is neither repeated nor known to have failed.
      const least = audit ? 0 : 1;
      return ends.length > 1 || ends.length < least ? [`${intent.kind} ${intent.rule}: ${ends.length} ends`] : [];
    });
  const waiting = deps.stored.events.filter(({ outcome }) => outcome === null).map(({ event }) => `${event.id} waits`);
  return [...untruths(happened, signed, { mostIntents: 1 }), ...unended, ...waiting];
}

/** Of two fixes of one violation the second names the new changer. */
function changerIsRight({ deps }: Stage): boolean {
  const intents = deps.stored.entries.filter(({ kind, approvalId }) => kind === 'fix.intended' && approvalId === null);
  const [, second] = intents;
  return second === undefined || second.trigger?.changedBy?.objectId === BOB.objectId;
}

function storyOf({ deps, happened }: Stage): string {
  const lines = happened.map((one) => {
    if (one.kind === 'record')
      return `${one.record.kind} ${one.record.rule} ${one.record.operationId} ${one.record.message}`;
    return one.kind === 'write' ? `WRITE ${JSON.stringify(one.sent.body)}` : one.kind;
  });
  return [...lines, ...deps.stored.logged.filter(({ level }) => level === 'error').map(({ message }) => message)].join(
    '\n',
  );
}
