/**
 * A service in the middle of its work, new for every cell: apps of one kind with fixes in the log, a pending approval,
 * a decision before its write, an intent without outcome, an applied rollback, settings, an exemption, wakeups,
 * anchors; and the same account at an earlier time.
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
import { type Happened, type TamperedDeps, tamperedDeps } from './tampered-deps.ts';

/** The attacked app. */
export const X = SHOP;
/** Another app, whose rows are copied: a fix was rolled back, a change approved. */
export const Y = `${SHOP}-other`;
/** The outcome of its fix is unknown. */
export const Z = `${SHOP}-unclear`;
/** Its change is approved and not yet written. */
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

export async function event(of: TamperedDeps, id: string, app: string, by: Author): Promise<void> {
  await of.host.deliver(gridEvent(id, app, { by, correlationId: id }));
  await of.host.settle(300);
}

/** A user decides the pending approval of a rule on an app, as listed. */
export async function decide(of: TamperedDeps, app: string, rule: string, by: Author): Promise<void> {
  const { items } = await of.deps.approvals.list({ resource: [app] }, { limit: 50, after: null });
  for (const { id, digest } of items.filter((one) => one.rule.id === rule && one.status === 'pending')) {
    await recordDecision(of.deps, { approvalId: id, decision: 'approve', digest, comment: null, person: person(by) });
    of.happened.push({ kind: 'decision', approvalId: id, by: by.objectId, decision: 'approve' });
  }
}

/** A user rolls back the latest fix of a rule. */
export async function rollBack(of: TamperedDeps, app: string, rule: string, by: Author): Promise<void> {
  const query = { resource: app, rule, kind: 'fix.applied' } as const;
  const [listed] = (await of.deps.audit.list(query, { limit: 1, after: null })).items;
  const entry = listed && (await of.deps.audit.get(listed.id));
  if (!entry) throw new Error(`the log has no fix of ${rule} on ${app}`);
  const { id } = await requestRollback(of.deps, { entry, comment: 'Old clients.', person: person(by) });
  of.happened.push({ kind: 'rollback', approvalId: id, by: by.objectId, fixId: entry.id });
}

async function choose(of: TamperedDeps, flapCount: number): Promise<void> {
  const settings = settingsSchema.parse({ mode: 'autofix', limits: { flapCount } });
  await changeSettings(of.deps, { settings, ifMatch: '*', actor: { ...person(OLGA), type: 'user' } });
  of.happened.push({ kind: 'settings', by: OLGA.objectId });
}

export async function setScene(connectionString: string): Promise<SetScene> {
  const of = tamperedDeps(connectionString, 'before');
  const attacker = attackerOn(connectionString);
  const { host, deps, memory } = of;
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
  await grantExemption(deps, { scope: X, rule: HTTPS, expires, ...about }, { type: 'user', ...person(OLGA) });
  of.happened.push({ kind: 'exemption', rule: HTTPS, scope: X, by: OLGA.objectId });
  const olga = { type: 'user' as const, ...person(OLGA) };
  const taken = await grantExemption(deps, { scope: W, rule: HTTPS, expires, ...about }, olga);
  of.happened.push({ kind: 'exemption', rule: HTTPS, scope: W, by: OLGA.objectId });
  for (const app of [X, Y, W]) await event(of, `first of ${app}`, app, BOB);
  await deps.guards.storeThrottle(X.split('/')[2] ?? '', {
    since: memory.clock.now().toISOString(),
    until: memory.clock.now().toISOString(),
  });
  await anchorAudit(deps);
  const earlier = await attacker.now();

  memory.clock.advance(60);
  await choose(of, 6);
  await removeExemption(deps, taken.id, olga);
  await decide(of, Y, DEBUGGING, MARY);
  await host.settle(300);
  await rollBack(of, Y, TLS, MARY);
  await host.settle(300);
  await event(of, 'second of X', X, BOB);
  // Azure accepts the fix of Z, and shows no effect.
  memory.arm.onWrite = ({ path }) => (path.startsWith(Z) ? { kind: 'done', arm: { status: 200 } } : undefined);
  await host.deliver(gridEvent('first of Z', Z, { by: BOB }));
  await host.settle(35);
  memory.arm.onWrite = null;
  await runHousekeeping(deps);
  await anchorAudit(deps);
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

/** The same scene, in a separate account. */
export async function sceneIn(
  connectionString: string,
  scene: SetScene,
): Promise<{ readonly of: TamperedDeps; readonly attacker: Attacker }> {
  const attacker = attackerOn(connectionString);
  await attacker.put(...scene.now.rows);
  await attacker.putAnchor(...scene.now.anchors);
  const of = tamperedDeps(connectionString, 'after');
  of.memory.clock.advanceTo(scene.at);
  for (const [app, documents] of scene.documents) of.memory.arm.seed(app, documents);
  of.memory.stored.queue.push(...structuredClone(scene.queue));
  of.happened.push(...scene.happened);
  return { of, attacker };
}

/** The continuation of the service after the tampering: changes, decisions, a rollback, one hour of housekeeping. */
export async function goOn(
  of: TamperedDeps,
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
  const { host, memory, deps } = of;
  const change = (app: string, path: string, value: string | boolean) =>
    memory.arm.change(app, 'config/web', path, value);
  await host.settle(60);
  await step('a reconcile ofX', () => event(of, 'third of X', X, BOB));
  await step('a decision on X', () => decide(of, X, DEBUGGING, approver));
  await host.settle(60);
  change(X, TLS_PATH, '1.0');
  await step('the violation again on X', () => event(of, 'fourth of X', X, BOB));
  await step('a rollback on X', () => rollBack(of, X, TLS, MARY));
  await host.settle(60);
  for (const app of [Y, W]) await step(`a reconcile of${app}`, () => event(of, `last of ${app}`, app, BOB));
  for (const minutes of [1, 60]) {
    memory.clock.advance(minutes * 60);
    await step('housekeeping', () => runHousekeeping(deps));
    await host.settle(60);
  }
}
