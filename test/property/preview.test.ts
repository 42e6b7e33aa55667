/** A preview tells the truth: what it says and what the next look decides agree, for random estates and settings. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../../src/domain/approvals/refusal.ts';
import type { PreviewItem } from '../../src/domain/decisions/preview.ts';
import type { JsonObject } from '../../src/domain/resources/json.ts';
import { MODES } from '../../src/domain/resources/reasons.ts';
import { PROFILES, TIERS } from '../../src/domain/rules/rule.ts';
import { parseSettings, type Settings } from '../../src/domain/rules/settings.ts';
import { rule as http2 } from '../../src/rules/web-app/webapp-http2.ts';
import { recordDecision } from '../../src/workflows/approvals/record-decision.ts';
import { grantExemption } from '../../src/workflows/exemptions/grant-exemption.ts';
import type { PreviewRequest } from '../../src/workflows/ports/previews.ts';
import { pagesOf } from '../../src/workflows/ports/storage.ts';
import { changeSettings } from '../../src/workflows/settings/change-settings.ts';
import { makePreview } from '../../src/workflows/settings/preview.ts';
import { BOB, gridEvent } from '../fakes/azure/event-grid.ts';
import { SHOP, seedWebApp } from '../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../fakes/deps.ts';
import { handleSweepWork, handleWork } from '../fakes/scenarios/handle.ts';
import { createHost } from '../fakes/scenarios/host.ts';

const RUNS = { numRuns: 25 };
const RULES = [...fakeDeps().rules, http2];
const SUBSCRIPTION = SHOP.split('/resourceGroups/')[0] ?? '';
const GROUP = SHOP.split('/providers/')[0] ?? '';
const APPS = [SHOP, `${SHOP}2`, SHOP.replace(GROUP, `${SUBSCRIPTION}/resourceGroups/other`)];
const WEB_RULES = RULES.filter(({ kind }) => kind === 'web-app').map(({ id }) => id);
const OPERATOR = { type: 'user', objectId: BOB.objectId, name: 'Bob' } as const;
const EVE = { objectId: 'eeeeeeee-0000-4000-8000-000000000005', name: 'Eve' };
const SOON = '2026-03-03T00:00:00Z';

const seldom = <T>(value: fc.Arbitrary<T>, none: T) => fc.oneof({ weight: 6, arbitrary: fc.constant(none) }, value);
const oftenAutofix = fc.constantFrom(...MODES, 'autofix');

const app = fc.record({
  site: fc.record({
    httpsOnly: fc.boolean(),
    provisioningState: seldom(fc.constant('InProgress'), 'Succeeded'),
  }),
  beside: fc.record({
    kind: seldom(fc.constantFrom('functionapp', 'functionapp,workflowapp'), 'app'),
    managedBy: seldom(fc.constant(`${GROUP}/providers/Microsoft.Solutions/x`), null),
    tags: seldom(fc.constantFrom<JsonObject>({ 'Plumbline-Mode': 'audit' }, { 'plumbline-mode': ' Approve' }), {}),
  }),
  config: fc.record({
    minTlsVersion: fc.constantFrom('1.0', '1.2', '1.3'),
    ftpsState: fc.constantFrom('AllAllowed', 'Disabled'),
    remoteDebuggingEnabled: fc.boolean(),
    cors: fc.constantFrom<JsonObject>({ allowedOrigins: ['*'] }, { allowedOrigins: ['https://a.example'] }),
    http20Enabled: fc.boolean(),
  }),
  /** What made Plumbline look at it first. */
  cause: fc.constantFrom('event', 'nameless event', 'sweep'),
  decided: fc.constantFrom('approve', 'reject', null),
  fixedTimes: seldom(fc.integer({ min: 1, max: 4 }), 0),
  alsoMoved: seldom(fc.constant(true), false),
});
type App = typeof app extends fc.Arbitrary<infer T> ? T : never;

const ruleSettings = fc.dictionary(
  fc.constantFrom(...WEB_RULES),
  fc.record({ enabled: fc.boolean(), tier: fc.constantFrom(...TIERS) }, { requiredKeys: [] }),
  { maxKeys: 3 },
);
const tls = fc.constantFrom({}, {}, { 'webapp-min-tls': { parameters: { minimum: '1.3' } } });
const window = fc.constantFrom(
  null,
  // The clock of the fakes stands on a Sunday at noon.
  { days: ['sun'], from: '11:00', to: '13:00', timeZone: 'UTC' },
  { days: ['mon'], from: '11:00', to: '13:00', timeZone: 'UTC' },
);
const frozen = fc.constantFrom(
  null,
  { until: SOON, reason: 'a sale' },
  { until: '2026-01-01T00:00:00Z', reason: 'over' },
);
const scope = fc.record(
  {
    scope: fc.constantFrom(SUBSCRIPTION, GROUP.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'), SHOP),
    mode: oftenAutofix,
    profile: fc.constantFrom(...PROFILES),
    rules: ruleSettings,
    window,
    frozen,
  },
  { requiredKeys: ['scope'] },
);
const document = fc
  .record({
    mode: oftenAutofix,
    profile: fc.constantFrom(...PROFILES),
    stopped: seldom(fc.constant({ reason: 'a test' }), null),
    rules: fc.tuple(ruleSettings, tls).map(([rules, more]) => ({ ...rules, ...more })),
    scopes: fc.array(scope, { maxLength: 2 }),
    limits: fc.record({
      fixesPerHour: fc.constantFrom(0, 1, 2, 25),
      flapCount: fc.integer({ min: 1, max: 4 }),
      flapHours: fc.constantFrom(1, 24),
    }),
    approvals: fc.record({ fromSweep: fc.boolean() }),
    tagOptDown: fc.boolean(),
  })
  .map((chosen) => parseSettings(chosen, RULES))
  .filter((parsed) => 'settings' in parsed)
  .map(({ settings }) => settings);

const exempted = fc.record({
  scope: fc.constantFrom(GROUP, SHOP),
  rule: fc.constantFrom(...WEB_RULES),
  expires: fc.constant(SOON),
});
type Exempted = typeof exempted extends fc.Arbitrary<infer T> ? T : never;
const request = (one: Exempted) => ({
  ...one,
  ...{ owner: 'Team Shop', reason: 'an old scanner', ticket: null },
});

const plain: App = {
  site: { httpsOnly: true, provisioningState: 'Succeeded' },
  beside: { kind: 'app', managedBy: null, tags: {} },
  config: {
    ...{ minTlsVersion: '1.2', ftpsState: 'Disabled', remoteDebuggingEnabled: false, http20Enabled: true },
    cors: { allowedOrigins: ['https://a.example'] },
  },
  ...{ cause: 'event', decided: null, fixedTimes: 0, alsoMoved: false },
};
const http: App = { ...plain, site: { ...plain.site, httpsOnly: false } };
const debugged: App = { ...plain, config: { ...plain.config, remoteDebuggingEnabled: true } };
const settingsOf = (chosen: JsonObject): Settings => {
  const parsed = parseSettings({ mode: 'autofix', ...chosen }, RULES);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
};

/** What random estates seldom have: a changer whose change becomes risky, a rejection, and an approval that is held. */
const EXAMPLES: [App[], Settings, Settings, Exempted[]][] = [
  [[http], settingsOf({ mode: 'audit' }), settingsOf({ rules: { 'webapp-https-only': { tier: 'risky' } } }), []],
  [
    [{ ...debugged, decided: 'reject' }],
    settingsOf({}),
    settingsOf({ rules: { 'webapp-remote-debugging': { tier: 'safe' } } }),
    [],
  ],
  [
    [{ ...debugged, decided: 'approve' }],
    settingsOf({ scopes: [{ scope: GROUP, frozen: { until: SOON, reason: 'a sale' } }] }),
    settingsOf({}),
    [],
  ],
];

/** An estate as it is after Plumbline looked at it under some settings, and its decisions are of now. */
async function estateOf(apps: readonly App[], settings: Settings, exemptions: readonly Exempted[]): Promise<FakeDeps> {
  const deps = fakeDeps({ rules: RULES });
  const host = createHost(deps);
  await changeSettings(deps, { settings, ifMatch: '*', actor: OPERATOR });
  for (const [index, one] of apps.entries()) {
    const id = APPS[index] ?? SHOP;
    seedWebApp(deps.arm, { site: one.site, beside: one.beside, config: one.config }, id);
    if (one.cause === 'sweep') await sweep(deps, id);
    else await host.deliver(gridEvent(`event-${index}`, id, { by: isNamed(one) ? BOB : null }));
  }
  deps.clock.advance(600);
  for (const { message } of deps.stored.queue.splice(0)) await handleWork(deps, message);
  for (const [index, { decided, fixedTimes, alsoMoved }] of apps.entries()) {
    const key = (APPS[index] ?? '').toLowerCase();
    const state = deps.stored.resourceStates.get(key);
    if (state && (fixedTimes > 0 || alsoMoved)) {
      const history = { fixedAt: Array(fixedTimes).fill(deps.clock.now().toISOString()), failedAt: [] };
      const alsoMovedAt = alsoMoved ? deps.clock.now().toISOString() : null;
      const all = Object.fromEntries(WEB_RULES.map((rule) => [rule, { ...history, alsoMovedAt }]));
      deps.stored.resourceStates.set(key, { ...state, history: all });
    }
    const [pending] = [...deps.stored.approvals.values()].filter(
      ({ value }) => value.status === 'pending' && value.resource.id.toLowerCase() === key,
    );
    if (decided === null || !pending) continue;
    const { id: approvalId, digest } = pending.value;
    await refusable(recordDecision(deps, { approvalId, decision: decided, digest, comment: 'so be it', person: EVE }));
  }
  for (const one of exemptions) await grantExemption(deps, request(one), OPERATOR);
  await lookAgain(deps, APPS.slice(0, apps.length));
  return deps;
}

/** While Azure is at work, the event waits for another look. A preview does not know of events that wait. */
function isNamed({ cause, site }: App): boolean {
  return cause === 'event' || site.provisioningState === 'InProgress';
}

/** The settings may let nobody approve. */
async function refusable(decided: Promise<unknown>): Promise<void> {
  await decided.catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
  });
}

async function sweep(deps: FakeDeps, resource: string): Promise<void> {
  deps.clock.advance(120);
  const startedAt = deps.clock.now().toISOString();
  const state = deps.stored.resourceStates.get(resource.toLowerCase());
  if (state) deps.stored.resourceStates.set(resource.toLowerCase(), { ...state, recheckAt: null });
  await handleSweepWork(deps, { resource, cause: 'sweep', sweep: { id: 's', startedAt }, attempt: 0 });
}

async function lookAgain(deps: FakeDeps, resources: readonly string[]): Promise<void> {
  // What was written within the hour is none of a preview's business.
  deps.stored.budgets.clear();
  for (const resource of resources) await sweep(deps, resource);
  deps.stored.budgets.clear();
}

async function preview(deps: FakeDeps, asked: PreviewRequest) {
  const before = tablesOf(deps);
  const made = await makePreview(deps, asked, { limit: 200, after: null });
  expect(tablesOf(deps)).toBe(before);
  if (!made) throw new Error('the estate is small');
  return made;
}

function tablesOf({ stored }: FakeDeps): string {
  return JSON.stringify(stored, (_, value) => (value instanceof Map ? [...value] : value));
}

/** The resources in the order in which the preview gives them places in the budget. */
async function inOrder(deps: FakeDeps, items: readonly PreviewItem[]): Promise<string[]> {
  const query = { scope: null, rules: null, whole: [], before: '' };
  const listed: string[] = [];
  for await (const page of pagesOf((at) => deps.previews.listFindings(query, at))) {
    for (const { resource, rule } of page) {
      const item = items.find((one) => one.resource.id === resource.id && one.rule === rule);
      const claims = item?.after === 'fix' || item?.reasons.some(({ code }) => code === 'budget');
      if (claims && !listed.includes(resource.id)) listed.push(resource.id);
    }
  }
  return [...listed, ...APPS.filter((id) => !listed.includes(id))];
}

async function expectTruth(deps: FakeDeps, items: readonly PreviewItem[], present: readonly string[]): Promise<void> {
  const before = new Map(deps.stored.findings.map((one) => [`${one.resource.id} ${one.rule}`, one]));
  // A resource without any finding, because no rule is evaluated there, is not known to a preview.
  const isListed = (id: string) => deps.stored.findings.some(({ resource }) => resource.id === id);
  const order = (await inOrder(deps, items)).filter((id) => present.includes(id) && isListed(id));
  await lookAgain(deps, order);
  for (const id of order) {
    for (const rule of WEB_RULES) {
      const item = items.find((one) => one.resource.id.toLowerCase() === id.toLowerCase() && one.rule === rule);
      const old = before.get(`${id} ${rule}`);
      if (item === undefined && old?.decision?.reasons.some(({ code }) => code === 'budget')) continue;
      const expected = item ? item.after : (old?.decision?.action ?? null);
      const found = deps.stored.findings.find((one) => one.resource.id === id && one.rule === rule);
      const actual =
        found?.decision?.action ?? (found?.verdict === 'compliant' && old?.verdict === 'violation' ? 'fix' : null);
      if (expected === 'unknown') expect(isKnown(deps, id, rule, old?.basis?.parameters), `${id} ${rule}`).toBe(false);
      else expect(actual, `${id} ${rule}: ${JSON.stringify([item, old, found])}`).toBe(expected);
    }
  }
}

/** Whether the rule was evaluated before with these parameters, so that a preview must know what becomes of it. */
function isKnown(deps: FakeDeps, id: string, rule: string, parameters: string | undefined): boolean {
  const found = deps.stored.findings.find((one) => one.resource.id === id && one.rule === rule);
  return parameters !== undefined && parameters === found?.basis?.parameters;
}

test('what a preview of settings says and what the next look decides agree, and it writes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(app, { minLength: 1, maxLength: 3 }),
      document,
      document,
      fc.array(exempted, { maxLength: 2 }),
      async (apps, settings, next, exemptions) => {
        const deps = await estateOf(apps, settings, exemptions);
        const { items } = await preview(deps, { kind: 'settings', settings: next });
        await changeSettings(deps, { settings: next, ifMatch: '*', actor: OPERATOR });
        await expectTruth(deps, items.items, APPS.slice(0, apps.length));
      },
    ),
    { ...RUNS, examples: EXAMPLES },
  );
});

test('what a preview of exemptions says and what the next look decides agree, and it writes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(app, { minLength: 1, maxLength: 2 }),
      document,
      fc.array(exempted, { minLength: 1, maxLength: 2 }),
      async (apps, settings, exemptions) => {
        const deps = await estateOf(apps, settings, []);
        const { items } = await preview(deps, { kind: 'exemptions', exemptions: exemptions.map(request) });
        for (const one of exemptions) await grantExemption(deps, request(one), OPERATOR);
        await expectTruth(deps, items.items, APPS.slice(0, apps.length));
      },
    ),
    { numRuns: 8 },
  );
});
