/** Web apps that violate one rule, a roll-out of its fix, and minutes that pass. */
import { isDropped, type Rollout } from '../../../src/domain/approvals/rollout.ts';
import type { HealthGate } from '../../../src/domain/health/gate.ts';
import { parseResourceId, viewOf } from '../../../src/domain/resources/resource.ts';
import { type Settings, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import { changeSettings } from '../../../src/workflows/settings/change-settings.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import type { Host } from '../../fakes/scenarios/host.ts';

export const RULE = 'webapp-https-only';
export const OLGA = { objectId: 'olga', name: 'Olga', type: 'user' as const };
/** Without gates: a test tells of their ends itself. */
export const NO_GATE = settingsSchema.parse({ healthGate: { enabled: false } }).healthGate;

export function appNamed(number: number): string {
  return `${SHOP}-${number}`;
}

/** An operator replaces the settings; what is not given has its default. */
export async function choose(host: Host, settings: Partial<Settings>): Promise<void> {
  const change = { settings: { ...settingsSchema.parse({}), healthGate: NO_GATE, ...settings }, ifMatch: '*' };
  await host.ask((deps) => changeSettings(deps, { ...change, actor: OLGA }));
}

/** So many apps violate the rule, and were evaluated in mode audit. Those with these numbers have the canary tag. */
export async function violate(host: Host, deps: FakeDeps, count: number, canaries: readonly number[] = []) {
  await choose(host, { mode: 'audit' });
  for (let number = 1; number <= count; number += 1) {
    const beside = canaries.includes(number) ? { tags: { 'plumbline-canary': '' } } : {};
    seedWebApp(deps.arm, { site: { httpsOnly: false }, beside }, appNamed(number));
    await host.deliver(gridEvent(`event-${number}`, appNamed(number)));
  }
  await host.settle(300);
}

/** The same of many apps: one was evaluated, and the stores have of the others what they have of it. */
export async function violateAlike(host: Host, deps: FakeDeps, count: number): Promise<void> {
  await violate(host, deps, 1);
  const { findings, resourceStates } = deps.stored;
  const [first, state] = [findings[0], resourceStates.get(appNamed(1).toLowerCase())];
  if (first === undefined || state === undefined) throw new Error('the first app was evaluated');
  for (let number = 2; number <= count; number += 1) {
    const id = appNamed(number);
    const resource = { ...first.resource, id, name: id.split('/').at(-1) ?? '' };
    const own = { ...first, resource };
    seedWebApp(deps.arm, { site: { httpsOnly: false } }, id);
    findings.push(own);
    resourceStates.set(id.toLowerCase(), { ...state, resource, findings: [own] });
  }
}

/** Housekeeping runs so many times, and what it queues is handled. */
export async function minutes(host: Host, { clock }: FakeDeps, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    clock.advance(60);
    await host.ask(runHousekeeping);
    await host.settle(20);
  }
}

/** The names of the apps that were written, in order, each once. */
export function written({ arm }: FakeDeps): string[] {
  return [...new Set(arm.writes.map(({ path }) => /sites\/([^/?]+)/.exec(path)?.[1] ?? path))];
}

/** Those that a list shows. */
export function rollouts({ stored }: FakeDeps): Rollout[] {
  return [...stored.rollouts.values()].map(({ value }) => value).filter((one) => !isDropped(one));
}

/** The only roll-out. */
export function rolloutIn(deps: FakeDeps): Rollout {
  const [one, ...others] = rollouts(deps);
  if (!one || others.length > 0) throw new Error(`there are ${others.length + (one ? 1 : 0)} roll-outs`);
  return one;
}

/** The gate of a write to an app, as it ended. */
export function endedGate(deps: FakeDeps, name: string, ended: Partial<HealthGate>): HealthGate {
  const resource = parseResourceId(SHOP.replace(/[^/]+$/, name));
  if (!resource) throw new Error(`${name} is no app`);
  const now = deps.clock.now().toISOString();
  return {
    id: `gate-${name}`,
    resource: viewOf(resource),
    subscriptionId: resource.subscriptionId,
    resourceGroup: 'prod',
    rules: [{ id: RULE, operationId: `gate-${name}`, approvalId: null }],
    startedAt: now,
    dueAt: now,
    before: { condition: 'good', text: 'it is Running' },
    next: null,
    suspected: false,
    told: false,
    status: 'well',
    stateGood: true,
    reasons: [{ code: 'unread', text: 'It does not answer.' }],
    endedAt: now,
    ...ended,
  };
}
