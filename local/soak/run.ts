/**
 * The soak: thousands of changes of hundreds of apps, every event twice and in no order, one Azure request in twenty
 * failing, and the host killed in the middle. When all is at rest, what must hold is counted from outside.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseSettings, type Settings } from '../../src/domain/settings.ts';
import { loadRules } from '../evaluate.ts';
import { other, workspaceId } from '../simulator/estate.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { startTwin, type Twin } from '../twin.ts';
import { apiAt } from './api.ts';
import { type SoakApp, soakApps } from './apps.ts';
import { type Chance, chanceFrom } from './chance.ts';
import { type Check, checksOf } from './checks.ts';
import { type Courier, startCourier } from './courier.ts';
import { driftOf } from './drifts.ts';
import { documentsToFix, openFreshLook } from './fresh-look.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { watchMemory } from './memory.ts';
import { openRecords, type Records } from './records.ts';
import { makeTrouble } from './trouble.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly apps: number;
  readonly events: number;
  /** Told what happens, a line at a time. */
  readonly tell: (line: string) => void;
  /** Every line that the host prints. */
  readonly onLine?: (line: string) => void;
}

/** Changes a second: what a busy afternoon of a large company has. */
const CHANGES_A_SECOND = 100;
/** An app under such a load is scaled out; one of them is killed. */
const INSTANCES = 3;
const PATIENCE_SECONDS = 900;
const WRITE_WITHIN_SECONDS = 60;
/** Told of less memory than this machine has, V8 collects before its heap is larger, as it does on a small instance. */
const HEAP_MEGABYTES = 160;
/** Nobody undoes within this time what was just put right: then the write could not be told from one that does not show. */
const UNDISTURBED_MS = 2000;
/** Nothing but time and people hold work back here: those guards have tests of their own. */
const LIMITS = { fixesPerHour: 100_000, flapCount: 1000, flapHours: 1, resumeHours: 1000 };

export async function soak(options: SoakOptions): Promise<Check[]> {
  const { seed, tell } = options;
  const rules = await loadRules();
  const settings = settingsFrom({ mode: 'autofix', limits: LIMITS }, rules);
  const apps = soakApps(options.apps, chanceFrom(seed, 'apps'));
  const twin = await startSoakTwin(apps, options);
  const memory = watchMemory(() => twin.pids);
  const { simulator } = twin;
  const webhook = `${twin.url}/runtime/webhooks/EventGrid?functionName=resourceChanged`;
  const look = openFreshLook(simulator, settings, rules);
  let courier: Courier | undefined;
  try {
    const atStart = (await look.at(apps)).map(([app, demands]) => ({ ...app, wrong: documentsToFix(demands) }));
    const ledger = openLedger(atStart, simulator);
    const api = apiAt(twin.url);
    await api.putSettings({ mode: 'autofix', limits: LIMITS });
    const trouble = makeTrouble(simulator);
    const records = openRecords(twin.storage.connectionString);
    courier = startCourier(simulator, webhook, options.events, chanceFrom(seed, 'courier'), ledger.note);
    const drifts = chanceFrom(seed, 'drifts');
    tell(`${options.events} changes of ${apps.length} apps`);
    const half = Math.floor(options.events / 2);
    await change(apps, half, simulator, ledger, drifts);
    await killInTheMiddle(twin);
    tell('the host is killed between a write and its answer');
    const given = await records.outcomes();
    await twin.restart();
    await change(apps, options.events - half, simulator, ledger, drifts);
    const early = new Map([...(await records.outcomes()), ...[...given].filter(([, outcome]) => outcome !== null)]);
    const known = [...early.values()].filter((outcome) => outcome !== null).length;
    tell(`all changes are made, ${known} events have their outcome; waiting for rest`);
    await rest(courier, records, simulator, tell);
    return await checksOf({
      ...options,
      apps,
      twin,
      api,
      look,
      ledger,
      courier,
      records,
      early,
      trouble,
      memory,
    });
  } finally {
    look.close();
    memory.stop();
    courier?.stop();
    await twin.close();
  }
}

function settingsFrom(given: object, rules: Awaited<ReturnType<typeof loadRules>>): Settings {
  const parsed = parseSettings(given, rules);
  if ('problems' in parsed) throw new Error(`the soak's settings are refused: ${JSON.stringify(parsed.problems)}`);
  return parsed.settings;
}

async function startSoakTwin(apps: readonly SoakApp[], { seed, onLine }: SoakOptions): Promise<Twin> {
  const workspace = other('Microsoft.OperationalInsights/workspaces', { name: 'central', resourceGroup: 'monitoring' });
  const twin = await startTwin({
    simulator: {
      estate: { resources: [workspace, ...apps.map((app) => app.seed)] },
      operationMilliseconds: 200,
      random: chanceFrom(seed, 'trouble').next,
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
  // The courier delivers.
  twin.simulator.deliverTo(null);
  return twin;
}

/** So many changes, each of an app drawn by chance. */
async function change(apps: readonly SoakApp[], count: number, simulator: Simulator, ledger: Ledger, chance: Chance) {
  const began = Date.now();
  const changing: Promise<void>[] = [];
  for (let made = 0; made < count; ) {
    const app = chance.pick(apps);
    const drift = driftOf(app, simulator, chance, (document) => !ledger.wroteWithin(app, document, UNDISTURBED_MS));
    if (drift) {
      made++;
      if (drift.calls) ledger.expectWrite(app, drift.document);
      changing.push(simulator.change(drift.caller, app.id, drift.document, drift.patch));
    }
    await sleep(Math.max(0, began + (made / CHANGES_A_SECOND) * 1000 - Date.now()));
  }
  await Promise.all(changing);
}

/** Cuts the power when a write of the service has taken effect, and before its answer leaves. */
async function killInTheMiddle(twin: Twin): Promise<void> {
  let cut: Promise<void> | undefined;
  const remove = twin.simulator.onRequest(async ({ method, status }, phase) => {
    if (phase !== 'applied' || method === 'GET' || status < 200 || status > 299) return;
    cut ??= twin.kill();
    await cut;
  });
  for (const until = Date.now() + WRITE_WITHIN_SECONDS * 1000; !cut; await sleep(20)) {
    if (Date.now() > until) throw new Error(`the service wrote nothing for ${WRITE_WITHIN_SECONDS} s`);
  }
  await cut;
  remove();
}

/** Every event was taken and has its outcome, no intent is open and no look is due. Throws when it takes too long. */
async function rest(
  courier: Courier,
  records: Records,
  simulator: Simulator,
  tell: SoakOptions['tell'],
): Promise<void> {
  const until = Date.now() + PATIENCE_SECONDS * 1000;
  let left = '';
  for (let looks = 1; Date.now() < until; looks++) {
    await sleep(2000);
    // While much is to be done the storage may not answer in time; then it is asked again.
    left = await whatIsLeft(courier, records, simulator).catch((error: unknown) => String(error));
    if (left === '') return;
    if (looks % 5 === 0) tell(left);
  }
  throw new Error(`no rest within ${PATIENCE_SECONDS} s: ${left}`);
}

/** In a few words; empty when all is at rest. */
async function whatIsLeft(courier: Courier, records: Records, simulator: Simulator): Promise<string> {
  if (courier.left > 0) return `${courier.left} deliveries are to be made`;
  const waiting = await records.waiting();
  if (waiting > 0) return `${waiting} events wait for their outcome`;
  // The storm is over: a look that fails now would only wait for the next minute, and fail again.
  simulator.clearFaults();
  const { openIntents, dueLooks } = await records.unsettled();
  if (openIntents.length + dueLooks.length > 0)
    return `${openIntents.length} intents are open, ${dueLooks.length} apps are looked at again`;
  return courier.left === 0 ? '' : 'an event was just raised';
}
