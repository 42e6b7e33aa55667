/**
 * A service in the middle of its work, for every cell anew: apps of one kind with fixes in the log, a question that waits, a
 * decision on its way to its write, an intent without outcome, a rollback that was carried out, settings, an exemption,
 * wakeups, anchors; and the same account as it was somewhat earlier.
 */

import { settingsSchema } from '../../src/domain/rules/settings.ts';
import { recordDecision } from '../../src/workflows/approvals/record-decision.ts';
import { requestRollback } from '../../src/workflows/approvals/request-rollback.ts';
import { grantExemption, removeExemption } from '../../src/workflows/exemptions/grant-exemption.ts';
import { anchorAudit } from '../../src/workflows/housekeeping/anchor-audit.ts';
import { runHousekeeping } from '../../src/workflows/housekeeping/housekeeping.ts';
import { changeSettings } from '../../src/workflows/settings/change-settings.ts';
import type { Documents } from '../fakes/azure/arm.ts';
import { type Author, BOB, gridEvent } from '../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../fakes/azure/resources.ts';
import type { QueuedMessage } from '../fakes/stores/queues.ts';
import { type Attacker, attackerOn, type Everything } from './rows.ts';
import { type Happened, type TamperedWorld, tamperedWorld } from './tampered-world.ts';

/** The app that is attacked. */
export const X = SHOP;
/** Another one, whose rows are copied: a fix was put back, a change approved. */
export const Y = `${SHOP}-other`;
/** Nobody knows yet what became of its fix. */
export const Z = `${SHOP}-unclear`;
/** A person approved its change, which is not carried out yet. */
export const W = `${SHOP}-decided`;
export const APPS = [X, Y, Z, W];

export const TLS = 'webapp-min-tls';
export const DEBUGGING = 'webapp-remote-debugging';
export const HTTPS = 'webapp-https-only';
export const TLS_PATH = '/properties/minTlsVersion';
export const DEBUGGING_PATH = '/properties/remoteDebuggingEnabled';

export const MARY: Author = { objectId: 'dddddddd-0000-4000-8000-000000000004', name: 'Mary' };
export const OLGA: Author = { objectId: 'eeeeeeee-0000-4000-8000-000000000005', name: 'Olga' };

export interface SetScene {
  readonly now: Everything;
  readonly earlier: Everything;
  readonly at: Date;
  readonly queue: readonly QueuedMessage[];
  readonly documents: ReadonlyMap<string, Documents>;
  readonly happened: readonly Happened[];
}

const person = ({ objectId, name = '' }: Author) => ({ objectId, name });

export async function event(of: TamperedWorld, id: string, app: string, by: Author): Promise<void> {
  await of.host.deliver(gridEvent(id, app, { by, correlationId: id }));
  await of.host.settle(300);
}

/** A person decides what waits for a rule of an app, as the list shows it. */
export async function decide(of: TamperedWorld, app: string, rule: string, by: Author): Promise<void> {
  const { items } = await of.world.approvals.list({ resource: app }, { limit: 50, after: null });
  for (const { id, digest } of items.filter((one) => one.rule.id === rule && one.status === 'pending')) {
    await recordDecision(of.world, { approvalId: id, decision: 'approve', digest, comment: null, person: person(by) });
    of.happened.push({ kind: 'decision', approvalId: id, by: by.objectId, decision: 'approve' });
  }
}

/** A person has the latest fix of a rule put back. */
export async function putBack(of: TamperedWorld, app: string, rule: string, by: Author): Promise<void> {
  const query = { resource: app, rule, kind: 'fix.applied' } as const;
  const [listed] = (await of.world.audit.list(query, { limit: 1, after: null })).items;
  const entry = listed && (await of.world.audit.get(listed.id));
  if (!entry) throw new Error(`the log has no fix of ${rule} on ${app}`);
  const { id } = await requestRollback(of.world, { entry, comment: 'Old clients.', person: person(by) });
  of.happened.push({ kind: 'rollback', approvalId: id, by: by.objectId, fixId: entry.id });
}

async function choose(of: TamperedWorld, flapCount: number): Promise<void> {
  const settings = settingsSchema.parse({ mode: 'autofix', limits: { flapCount } });
  await changeSettings(of.world, { settings, ifMatch: '*', actor: { ...person(OLGA), type: 'user' } });
  of.happened.push({ kind: 'settings', by: OLGA.objectId });
}

export async function setScene(connectionString: string): Promise<SetScene> {
  const of = tamperedWorld(connectionString, 'before');
  const attacker = attackerOn(connectionString);
  const { host, world, memory } = of;
  for (const [app, tls] of [
    [X, '1.0'],
    [Y, '1.1'],
    [Z, '1.0'],
    [W, '1.2'],
  ] as const) {
    seedWebApp(
      memory.arm,
      { site: { httpsOnly: app !== X }, config: { minTlsVersion: tls, remoteDebuggingEnabled: true } },
      app,
    );
  }
  await choose(of, 5);
  const about = { owner: 'Team Shop', reason: 'Old clients.', ticket: null };
  const expires = new Date(memory.clock.now().getTime() + 30 * 86_400_000).toISOString();
  await grantExemption(world, { scope: X, rule: HTTPS, expires, ...about }, { type: 'user', ...person(OLGA) });
  of.happened.push({ kind: 'exemption', rule: HTTPS, scope: X, by: OLGA.objectId });
  const olga = { type: 'user' as const, ...person(OLGA) };
  const taken = await grantExemption(world, { scope: W, rule: HTTPS, expires, ...about }, olga);
  of.happened.push({ kind: 'exemption', rule: HTTPS, scope: W, by: OLGA.objectId });
  for (const app of [X, Y, W]) await event(of, `first of ${app}`, app, BOB);
  await world.guards.storeThrottle(X.split('/')[2] ?? '', {
    since: memory.clock.now().toISOString(),
    until: memory.clock.now().toISOString(),
  });
  await anchorAudit(world);
  const earlier = await attacker.now();

  memory.clock.advance(60);
  await choose(of, 6);
  await removeExemption(world, taken.id, olga);
  await decide(of, Y, DEBUGGING, MARY);
  await host.settle(300);
  await putBack(of, Y, TLS, MARY);
  await host.settle(300);
  await event(of, 'second of X', X, BOB);
  // Azure takes the fix of Z, and shows nothing of it.
  memory.arm.onWrite = ({ path }) => (path.startsWith(Z) ? { kind: 'done', arm: { status: 200 } } : undefined);
  await host.deliver(gridEvent('first of Z', Z, { by: BOB }));
  await host.settle(35);
  memory.arm.onWrite = null;
  await runHousekeeping(world);
  await anchorAudit(world);
  await decide(of, W, DEBUGGING, MARY);
  const at = memory.clock.now();
  const documents = new Map(
    APPS.map((app) => {
      const names = ['resource', 'config/web', 'diagnosticSettings'] as const;
      return [app, Object.fromEntries(names.map((name) => [name, memory.arm.valueOf(app, name, '')]))];
    }),
  );
  return { now: await attacker.now(), earlier, at, queue: memory.stored.queue, documents, happened: of.happened };
}

/** The scene again, in an account of its own. */
export async function sceneIn(
  connectionString: string,
  scene: SetScene,
): Promise<{ readonly of: TamperedWorld; readonly attacker: Attacker }> {
  const attacker = attackerOn(connectionString);
  await attacker.put(...scene.now.rows);
  await attacker.putAnchor(...scene.now.anchors);
  const of = tamperedWorld(connectionString, 'after');
  of.memory.clock.advanceTo(scene.at);
  for (const [app, documents] of scene.documents) of.memory.arm.seed(app, documents);
  of.memory.stored.queue.push(...structuredClone(scene.queue));
  of.happened.push(...scene.happened);
  return { of, attacker };
}

/** How the service goes on, whatever was done to its rows: changes, decisions, a way back, an hour of housekeeping. */
export async function goOn(
  of: TamperedWorld,
  approver: Author,
  tell: (what: string, error: unknown) => void,
): Promise<void> {
  const step = async (what: string, action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (error) {
      tell(what, error);
    }
  };
  const { host, memory, world } = of;
  const change = (app: string, path: string, value: string | boolean) =>
    memory.arm.change(app, 'config/web', path, value);
  await host.settle(60);
  await step('a look at X', () => event(of, 'third of X', X, BOB));
  await step('a decision on X', () => decide(of, X, DEBUGGING, approver));
  await host.settle(60);
  change(X, TLS_PATH, '1.0');
  await step('the violation again on X', () => event(of, 'fourth of X', X, BOB));
  await step('a rollback on X', () => putBack(of, X, TLS, MARY));
  await host.settle(60);
  for (const app of [Y, W]) await step(`a look at ${app}`, () => event(of, `last of ${app}`, app, BOB));
  for (const minutes of [1, 60]) {
    memory.clock.advance(minutes * 60);
    await step('housekeeping', () => runHousekeeping(world));
    await host.settle(60);
  }
}
