/**
 * The soak: thousands of changes of hundreds of apps, every event twice and in random order, one Azure request in twenty
 * failing, and the host killed during a write. When no work is left, the guarantees are checked from outside.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DevEnvironment, startDevEnvironment } from '../../dev/environment/dev-environment.ts';
import { genericResource, workspaceId } from '../../simulator/estate.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { parseSettings, type Settings } from '../../src/domain/rules/settings.ts';
import { loadRules } from '../evaluate.ts';
import { apiAt } from './api.ts';
import { type SoakApp, soakApps } from './apps.ts';
import { type Check, runChecks } from './checks.ts';
import { driftOf } from './drifts.ts';
import { type EventRelay, startEventRelay } from './event-relay.ts';
import { documentsToFix, openExpectedDecisions } from './expected-decisions.ts';
import { injectFaults } from './faults.ts';
import { watchMemory } from './memory.ts';
import { type Random, seededRandom } from './random.ts';
import { openStoredRecords, type StoredRecords } from './stored-records.ts';
import { createWriteCounter, type WriteCounter } from './write-counter.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly apps: number;
  readonly events: number;
  /** Progress, a line at a time. */
  readonly log: (line: string) => void;
  /** Every line that the host prints. */
  readonly onLine?: (line: string) => void;
}

/** Changes a second: a busy hour of a large company. */
const CHANGES_A_SECOND = 100;
/** An app under such a load is scaled out; one of them is killed. */
const INSTANCES = 3;
const PATIENCE_SECONDS = 900;
const WRITE_WITHIN_SECONDS = 60;
/** With this limit V8 collects garbage as on a small instance. */
const HEAP_MEGABYTES = 160;
/** A fixed value is not changed within this time: the check after the write could not tell that from a write without effect. */
const UNDISTURBED_MS = 2000;
/** No limits: they have tests of their own. */
const LIMITS = { fixesPerHour: 100_000, flapCount: 1000, flapHours: 1, resumeHours: 1000 };

export async function soak(options: SoakOptions): Promise<Check[]> {
  const { seed, log } = options;
  const rules = await loadRules();
  const settings = settingsFrom({ mode: 'autofix', limits: LIMITS }, rules);
  const apps = soakApps(options.apps, seededRandom(seed, 'apps'));
  const dev = await startSoakEnvironment(apps, options);
  const memory = watchMemory(() => dev.pids);
  const { simulator } = dev;
  const webhook = `${dev.url}/runtime/webhooks/EventGrid?functionName=resourceChanged`;
  const expected = openExpectedDecisions(simulator, settings, rules);
  let relay: EventRelay | undefined;
  try {
    const atStart = (await expected.at(apps)).map(([app, decisions]) => ({ ...app, wrong: documentsToFix(decisions) }));
    const writeCounter = createWriteCounter(atStart, simulator);
    const api = apiAt(dev.url);
    await api.putSettings({ mode: 'autofix', limits: LIMITS });
    const faults = injectFaults(simulator);
    const records = openStoredRecords(dev.storage.connectionString);
    relay = startEventRelay(simulator, webhook, options.events, seededRandom(seed, 'courier'), writeCounter.record);
    const drifts = seededRandom(seed, 'drifts');
    log(`${options.events} changes of ${apps.length} apps`);
    const half = Math.floor(options.events / 2);
    await change(apps, half, simulator, writeCounter, drifts);
    await killDuringWrite(dev);
    log('the host is killed between a write and its answer');
    const before = await records.outcomes();
    await dev.restart();
    await change(apps, options.events - half, simulator, writeCounter, drifts);
    const early = new Map([...(await records.outcomes()), ...[...before].filter(([, outcome]) => outcome !== null)]);
    const known = [...early.values()].filter((outcome) => outcome !== null).length;
    log(`all changes are made, ${known} events have their outcome; waiting for the others`);
    await settle(relay, records, simulator, log);
    return await runChecks({
      ...options,
      apps,
      dev,
      api,
      expected,
      writeCounter,
      relay,
      records,
      early,
      faults,
      memory,
    });
  } finally {
    expected.close();
    memory.stop();
    relay?.stop();
    await dev.close();
  }
}

function settingsFrom(given: object, rules: Awaited<ReturnType<typeof loadRules>>): Settings {
  const parsed = parseSettings(given, rules);
  if ('problems' in parsed) throw new Error(`the soak's settings are refused: ${JSON.stringify(parsed.problems)}`);
  return parsed.settings;
}

async function startSoakEnvironment(apps: readonly SoakApp[], { seed, onLine }: SoakOptions): Promise<DevEnvironment> {
  const workspace = genericResource('Microsoft.OperationalInsights/workspaces', {
    name: 'central',
    resourceGroup: 'monitoring',
  });
  const dev = await startDevEnvironment({
    simulator: {
      estate: { resources: [workspace, ...apps.map((app) => app.seed)] },
      operationMilliseconds: 200,
      random: seededRandom(seed, 'trouble').next,
    },
    instances: INSTANCES,
    hostFlags: ['--principal-header', '--visibility-seconds', '5'],
    environment: {
      WEBSITE_AUTH_ENABLED: 'true',
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MEGABYTES}`,
      PLUMBLINE_SETTLE_SECONDS: '2',
      PLUMBLINE_WORKSPACE_ID: workspaceId,
      PLUMBLINE_LOG_LEVEL: onLine ? 'info' : 'warn',
    },
    ...(onLine ? { onLine } : {}),
  });
  // The relay delivers.
  dev.simulator.deliverTo(null);
  return dev;
}

/** Makes `count` changes, each of a random app. */
async function change(
  apps: readonly SoakApp[],
  count: number,
  simulator: Simulator,
  writeCounter: WriteCounter,
  random: Random,
) {
  const began = Date.now();
  const changing: Promise<void>[] = [];
  for (let made = 0; made < count; ) {
    const app = random.pick(apps);
    const drift = driftOf(
      app,
      simulator,
      random,
      (document) => !writeCounter.wroteWithin(app, document, UNDISTURBED_MS),
    );
    if (drift) {
      made++;
      if (drift.expectsWrite) writeCounter.expectWrite(app, drift.document);
      changing.push(simulator.change(drift.caller, app.id, drift.document, drift.patch));
    }
    await sleep(Math.max(0, began + (made / CHANGES_A_SECOND) * 1000 - Date.now()));
  }
  await Promise.all(changing);
}

/** Kills the host when a write of the service has taken effect, before its answer is sent. */
async function killDuringWrite(dev: DevEnvironment): Promise<void> {
  let kill: Promise<void> | undefined;
  const remove = dev.simulator.onRequest(async ({ method, status }, phase) => {
    if (phase !== 'applied' || method === 'GET' || status < 200 || status > 299) return;
    kill ??= dev.kill();
    await kill;
  });
  for (const until = Date.now() + WRITE_WITHIN_SECONDS * 1000; !kill; await sleep(20)) {
    if (Date.now() > until) throw new Error(`the service wrote nothing for ${WRITE_WITHIN_SECONDS} s`);
  }
  await kill;
  remove();
}

/** Waits until every event is accepted and has its outcome, no intent is open and no recheck is due. Throws when it takes too long. */
async function settle(
  relay: EventRelay,
  records: StoredRecords,
  simulator: Simulator,
  log: SoakOptions['log'],
): Promise<void> {
  const until = Date.now() + PATIENCE_SECONDS * 1000;
  let left = '';
  for (let polls = 1; Date.now() < until; polls++) {
    await sleep(2000);
    // Under load the storage may not answer in time; then it is asked again.
    left = await describeRemaining(relay, records, simulator).catch((error: unknown) => String(error));
    if (left === '') return;
    if (polls % 5 === 0) log(left);
  }
  throw new Error(`work is left after ${PATIENCE_SECONDS} s: ${left}`);
}

/** The remaining work in a few words; empty when there is none. */
async function describeRemaining(relay: EventRelay, records: StoredRecords, simulator: Simulator): Promise<string> {
  if (relay.remaining > 0) return `${relay.remaining} deliveries are to be made`;
  const waiting = await records.waiting();
  if (waiting > 0) return `${waiting} events wait for their outcome`;
  // All changes are made: without faults the remaining rechecks succeed at once.
  simulator.clearFaults();
  const { openIntents, dueRechecks } = await records.unsettled();
  if (openIntents.length + dueRechecks.length > 0)
    return `${openIntents.length} intents are open, ${dueRechecks.length} apps wait for a recheck`;
  return relay.remaining === 0 ? '' : 'an event was just raised';
}
