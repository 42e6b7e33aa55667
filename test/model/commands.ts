/**
 * The commands of the model, in any order: users, pipelines, approvers, operators, time and faults. fast-check
 * generates and shrinks them.
 */
import fc from 'fast-check';
import { Refusal } from '../../src/domain/approvals/refusal.ts';
import { MODES } from '../../src/domain/resources/reasons.ts';
import { redriveDeadLetter } from '../../src/workflows/dead-letters/redrive-dead-letter.ts';
import { grantExemption, removeExemption } from '../../src/workflows/exemptions/grant-exemption.ts';
import { runHousekeeping } from '../../src/workflows/housekeeping/housekeeping.ts';
import { startSweep } from '../../src/workflows/sweep/sweep.ts';
import { ADA, BOB, gridEvent, PIPELINE } from '../fakes/azure/event-grid.ts';
import { fakeDeps } from '../fakes/deps.ts';
import { approvals } from '../fakes/scenarios/scenarios.ts';
import { portsOf } from '../fakes/wrappers/watched.ts';
import { APPS, leavesOf, RULES, SUBSCRIPTIONS } from './estate.ts';
import { expectAlways } from './invariants.ts';
import type { Model } from './model.ts';
import type { Stage } from './stage.ts';

export type Command = fc.AsyncCommand<Model, Stage>;

/** Those who change apps; Carol only decides. */
const WRITERS = [ADA, BOB, PIPELINE];
const CAROL = { objectId: 'dddddddd-0000-4000-8000-000000000004', name: 'carol@example.com' };
const PEOPLE = [ADA, BOB, CAROL].map(({ objectId }) => ({ objectId, name: objectId }));
const OLGA = { type: 'user', objectId: 'olga', name: 'Olga' } as const;
const SCOPES = [...APPS, ...SUBSCRIPTIONS.map((id) => `/subscriptions/${id}`)];

const index = fc.nat({ max: 11 });

/** The event time of Azure is only shown. */
const EVENT_TIMES = ['2026-03-01T11:59:58Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 'yesterday'];

/** Mostly the first app, so that many commands concern it. */
const often = fc.constantFrom(0, 0, 0, 1, 2, 3);

/** Mostly leaves whose fix needs an approval. */
const risky = fc.constantFrom(0, 1, 2, 3, 4, 3, 4);
const seldom = fc.constantFrom(false, false, false, true);

/** The frequency of each command, and its effect. */
const KINDS = [
  kind(
    9,
    'change',
    { app: often, leaf: risky, value: index, by: index, delivered: fc.constantFrom(true, true, false) },
    async (model, stage, at) => {
      const app = pick(APPS, at.app);
      const leaf = pick(leavesOf(app), at.leaf);
      const value = pick([leaf.right, ...leaf.wrong, ...leaf.wrong], at.value);
      const by = pick(WRITERS, at.by);
      stage.deps.arm.change(app, leaf.document, leaf.path, value);
      model.wrote(app, leaf, value);
      const event = {
        ...gridEvent(`event-${stage.events.length}`, app, { by }),
        eventTime: pick(EVENT_TIMES, at.value),
      };
      stage.events.push({ event, app, by: by.objectId, known: false });
      if (at.delivered) await deliver(model, stage, stage.events.length - 1);
    },
  ),
  kind(4, 'deliver', { which: fc.nat({ max: 99 }) }, (model, stage, { which }) => deliver(model, stage, which)),
  kind(9, 'decide', { which: index, by: index, approve: fc.constantFrom(true, true, false) }, decide),
  kind(2, 'roll back', { which: index, by: index }, rollBack),
  kind(
    2,
    'choose',
    { mode: fc.constantFrom(...MODES, 'autofix' as const, 'autofix' as const), stopped: seldom },
    async (model, stage, at) => {
      await stage.choose({ mode: at.mode, stopped: at.stopped ? { reason: 'An incident.' } : null });
      model.mode = at.mode;
      model.stopped = at.stopped;
    },
  ),
  kind(1, 'exempt', { scope: index, rule: index, hours: fc.constantFrom(1, 720) }, exempt),
  kind(1, 'end an exemption', { which: index }, endExemption),
  kind(1, 'sweep', {}, async (_, { host }) => host.ask((baseDeps) => startSweep(baseDeps, SUBSCRIPTIONS))),
  kind(1, 'release', {}, (_, stage) => releaseAll(stage)),
  kind(
    2,
    'a request fails',
    {
      how: fc.constantFrom('throttled', 'busy', 'transient', 'blocked', 'invalid', 'lost', 'late'),
      times: fc.integer({ min: 1, max: 3 }),
    },
    async (_, { faults }, { how, times }) => {
      faults.writes.push(...Array.from({ length: times }, () => how));
    },
  ),
  kind(1, 'a read fails', { times: fc.integer({ min: 1, max: 3 }) }, async (_, { faults }, { times }) => {
    faults.unread += times;
  }),
  kind(
    2,
    'a port fails',
    {
      port: fc.constantFrom(...portsOf(fakeDeps()), 'lease'),
      lost: fc.boolean(),
      // The last number is above the deliveries of a message.
      left: fc.constantFrom(1, 2, 4, 25),
    },
    async (_, { faults }, fault) => {
      // Failures of Azure are separate from these.
      if (fault.port !== 'arm' && fault.port !== 'estate') faults.storage.push({ ...fault });
    },
  ),
  kind(
    3,
    'the process dies',
    { calls: fc.integer({ min: 1, max: 40 }), when: fc.constantFrom('before', 'after') },
    async (_, { faults }, death) => {
      faults.death = { ...death };
    },
  ),
  kind(3, 'wait', { seconds: fc.constantFrom(1, 15, 40, 120, 700) }, async (_, { deps }, { seconds }) =>
    deps.clock.advance(seconds),
  ),
  kind(10, 'work', { seconds: fc.constantFrom(0, 31, 200) }, (_, { host }, { seconds }) => host.settle(seconds)),
  kind(3, 'three instances work', {}, (_, { host }) => Promise.all([host.work(), host.work(), host.work()])),
  kind(1, 'housekeep', {}, (_, { host }) => host.ask(runHousekeeping)),
];

export function commands(most: number): fc.Arbitrary<Iterable<Command>> {
  return fc.commands([fc.oneof(...KINDS)], { maxCommands: most, size: 'max' });
}

export async function releaseAll({ host, deps }: Stage): Promise<void> {
  for (const letter of [...deps.stored.deadLetters.keys()])
    await host.ask((baseDeps) => redriveDeadLetter(baseDeps, letter));
}

/** Event Grid delivers it, maybe once more. */
export async function deliver(model: Model, { host, events }: Stage, which: number): Promise<void> {
  if (events.length === 0) return;
  const delivered = pick(events, which);
  await host.deliver(delivered.event);
  if (delivered.by !== null && !delivered.known) model.announced(delivered.app, delivered.by);
  delivered.known = true;
}

async function decide(
  model: Model,
  { deps, host }: Stage,
  at: { readonly which: number; readonly by: number; readonly approve: boolean },
): Promise<void> {
  const fixes = approvals(deps).filter(({ purpose }) => purpose === 'fix');
  const waiting = fixes.filter(({ status }) => status === 'pending');
  // Mostly a waiting one, sometimes a closed one.
  const approval = waiting[at.which % Math.max(1, waiting.length + 1)] ?? fixes[at.which % Math.max(1, fixes.length)];
  if (!approval) return;
  const person = pick(PEOPLE, at.by);
  const decision = at.approve ? 'approve' : 'reject';
  const before = model.deeds.get(approval.id);
  const request = { approvalId: approval.id, decision, digest: approval.digest, comment: null, person } as const;
  if (!(await taken(() => host.decide(request)))) return;
  const leaf = leavesOf(approval.resource.id).find(({ rule }) => rule === approval.rule.id);
  if (before) {
    if (before.kind !== decision || before.by !== person.objectId) throw new Error(`${approval.id} was decided twice`);
  } else {
    if (at.approve && leaf && !model.mayApprove(approval.resource.id, leaf, person.objectId)) {
      throw new Error(`${person.name} could approve ${approval.id}`);
    }
    model.decided(approval, { kind: decision, by: person.objectId });
  }
}

async function rollBack(model: Model, { deps, host }: Stage, at: { readonly which: number; readonly by: number }) {
  const fixes = deps.stored.entries.filter(({ kind }) => kind === 'fix.applied');
  const entry = fixes[at.which % Math.max(1, fixes.length)];
  if (!entry) return;
  const person = pick(PEOPLE, at.by);
  const known = new Set(model.deeds.keys());
  await taken(() => host.rollBack({ entry, comment: 'The old clients need it.', person }));
  // A stored decision counts, also when a later step was refused.
  for (const approval of approvals(deps)) {
    if (approval.purpose !== 'rollback' || known.has(approval.id)) continue;
    if (model.stopped || model.mode === 'audit') throw new Error('a rollback was taken that nobody may carry out');
    model.decided(approval, { kind: 'rollback', by: person.objectId });
  }
}

async function exempt(
  model: Model,
  { deps, host }: Stage,
  at: { readonly scope: number; readonly rule: number; readonly hours: number },
): Promise<void> {
  const [scope, rule] = [pick(SCOPES, at.scope), pick(RULES, at.rule)];
  const until = deps.clock.now().getTime() + at.hours * 3_600_000;
  const request = {
    scope,
    rule,
    expires: new Date(until).toISOString(),
    owner: 'Team Shop',
    reason: 'Old.',
    ticket: null,
  };
  const known = new Set(deps.stored.exemptions.keys());
  await host.ask((baseDeps) => grantExemption(baseDeps, request, OLGA));
  // It may be stored twice when it was requested again after a failure.
  for (const id of deps.stored.exemptions.keys()) if (!known.has(id)) model.exemptions.set(id, { scope, rule, until });
}

async function endExemption(model: Model, { host }: Stage, { which }: { readonly which: number }): Promise<void> {
  const ids = [...model.exemptions.keys()].filter((id) => !id.startsWith('rollback'));
  const id = ids[which % Math.max(1, ids.length)];
  if (id === undefined) return;
  await taken(() => host.ask((baseDeps) => removeExemption(baseDeps, id, OLGA)));
  model.exemptions.delete(id);
}

/** Whether it was carried out, and not refused. */
async function taken(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}

function kind<T extends object>(
  weight: number,
  name: string,
  values: { readonly [key in keyof T]: fc.Arbitrary<T[key]> },
  run: (model: Model, stage: Stage, at: T) => Promise<unknown>,
): { weight: number; arbitrary: fc.Arbitrary<Command> } {
  const arbitrary = fc.record<T>(values).map(
    (at): Command => ({
      check: () => true,
      toString: () => `${name} ${JSON.stringify(at)}`,
      run: async (model, stage) => {
        await run(model, stage, at);
        expectAlways(model, stage);
      },
    }),
  );
  return { weight, arbitrary };
}

function pick<T>(from: readonly T[], at: number): T {
  const found = from[at % from.length];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}
