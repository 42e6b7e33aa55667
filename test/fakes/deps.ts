/**
 * All ports in memory: the stores answer as the real ones do, Azure is a small fake, and the clock moves only when a
 * test moves it.
 */

import { countInto } from '../../src/app/metrics.ts';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { EndedExemption, Exemption } from '../../src/domain/approvals/exemption.ts';
import type { Rollout } from '../../src/domain/approvals/rollout.ts';
import type { AuditEntry } from '../../src/domain/audit/audit.ts';
import { addCounters, type Counters, NO_COUNTERS } from '../../src/domain/audit/counters.ts';
import type { Budget } from '../../src/domain/decisions/budget.ts';
import type { Finding } from '../../src/domain/decisions/finding.ts';
import type { HealthGate } from '../../src/domain/health/gate.ts';
import type { AnyRule } from '../../src/domain/rules/rule.ts';
import { type Settings, settingsSchema } from '../../src/domain/rules/settings.ts';
import { rule as insecureIngress } from '../../src/rules/container-app/containerapp-insecure-ingress.ts';
import { rule as environmentDiagnostics } from '../../src/rules/environment/environment-diagnostics.ts';
import { rule as corsWildcard } from '../../src/rules/web-app/webapp-cors-wildcard.ts';
import { rule as ftpsOnly } from '../../src/rules/web-app/webapp-ftps-only.ts';
import { rule as httpsOnly } from '../../src/rules/web-app/webapp-https-only.ts';
import { rule as minTls } from '../../src/rules/web-app/webapp-min-tls.ts';
import { rule as remoteDebugging } from '../../src/rules/web-app/webapp-remote-debugging.ts';
import type { ActivityProgress } from '../../src/workflows/ports/azure.ts';
import type { DeadLetter } from '../../src/workflows/ports/dead-letters.ts';
import type { Deps } from '../../src/workflows/ports/deps.ts';
import type { StoredEvent } from '../../src/workflows/ports/events.ts';
import type { ResourceState } from '../../src/workflows/ports/resource-states.ts';
import type { Notification, Options } from '../../src/workflows/ports/runtime.ts';
import { pauses } from '../../src/workflows/ports/runtime.ts';
import type { StoredSettings } from '../../src/workflows/ports/settings.ts';
import type { WorkMessage } from '../../src/workflows/ports/work.ts';
import { type FakeActivity, fakeActivity } from './azure/activity-log.ts';
import { type FakeArm, fakeArm } from './azure/arm.ts';
import { type FakeEstate, fakeEstate } from './azure/resource-graph.ts';
import { type FakeHealth, fakeHealth } from './health/app-health.ts';
import { fakeHealthGates } from './health/health-gates.ts';
import { fakeNotifications } from './notifications.ts';
import { type SettableClock, settableClock } from './settable-clock.ts';
import { fakeActivityProgress } from './stores/activity-progress.ts';
import { fakeApprovals } from './stores/approvals.ts';
import { fakeAuditLog } from './stores/audit-log.ts';
import { fakeBudgets } from './stores/budgets.ts';
import { fakeCounts } from './stores/counts.ts';
import { fakeDeadLetters } from './stores/dead-letters.ts';
import { fakeEvents } from './stores/events.ts';
import { fakeExemptions } from './stores/exemptions.ts';
import { fakeFindings } from './stores/findings.ts';
import { fakeGuards, fakeRollouts, type StoredGuards } from './stores/guards.ts';
import { fakeHistory, fakeRevisions } from './stores/history.ts';
import { fakePreviews, type StoredPreviews } from './stores/previews.ts';
import { fakeQueue, fakeSweepQueue, type QueuedMessage, type QueuedSweep } from './stores/queues.ts';
import { fakeResources } from './stores/resources.ts';
import type { Row } from './stores/rows.ts';
import { fakeScans, type StoredScan } from './stores/scans.ts';
import { fakeSettings } from './stores/settings.ts';
import { emptySweeps, fakeEvidence, fakeSweepMarks, fakeSweeps, type StoredSweeps } from './stores/sweeps.ts';
import { fakeWakeups, type StoredWakeup } from './stores/wakeups.ts';

export const START = '2026-03-01T12:00:00.000Z';

/** The state of the stores. Tests prepare it and read it. */
export interface Stored {
  readonly approvals: Map<string, Row<Approval>>;
  readonly entries: AuditEntry[];
  readonly findings: Finding[];
  readonly events: StoredEvent[];
  readonly resourceStates: Map<string, ResourceState>;
  settings: Row<StoredSettings> | null;
  readonly exemptions: Map<string, Row<Exemption>>;
  readonly endedExemptions: Map<string, EndedExemption>;
  readonly rollouts: Map<string, Row<Rollout>>;
  readonly sent: WorkMessage[];
  readonly delays: number[];
  readonly queue: QueuedMessage[];
  /** The messages of the sweep queue that were not handled yet. */
  readonly sweeps: QueuedSweep[];
  readonly scans: Map<string, StoredScan>;
  readonly previews: StoredPreviews;
  readonly sweepRuns: StoredSweeps;
  readonly guards: StoredGuards;
  readonly leases: Map<string, { holder: number; until: number }>;
  readonly wakeups: Map<string, StoredWakeup>;
  readonly failures: Map<string, string>;
  readonly deadLetters: Map<string, DeadLetter>;
  /** By subscription. */
  readonly budgets: Map<string, Budget>;
  /** By subscription. */
  readonly activityProgress: Map<string, Row<ActivityProgress>>;
  /** Open health gates, by operation. */
  readonly openGates: Map<string, Row<HealthGate>>;
  readonly endedGates: Map<string, HealthGate>;
  readonly published: Notification[];
  counters: Counters;
  readonly logged: { level: string; fields: unknown; message: string }[];
}

export interface FakeDeps extends Deps {
  readonly stored: Stored;
  readonly clock: SettableClock;
  readonly arm: FakeArm;
  readonly estate: FakeEstate;
  readonly activityLog: FakeActivity;
  readonly health: FakeHealth;
}

/**
 * Few of the rules, so that a new one changes no count: three safe and two risky ones of web apps, one of each other kind.
 * Each is imported by itself: all rules together take as long to load as most test files run.
 */
const CHOSEN: readonly AnyRule[] = [
  insecureIngress,
  environmentDiagnostics,
  ...[corsWildcard, ftpsOnly, httpsOnly, minTls, remoteDebugging],
];

export function fakeDeps(
  differs: { readonly options?: Partial<Options>; readonly rules?: readonly AnyRule[] } = {},
): FakeDeps {
  const clock = settableClock(START);
  const stored: Stored = {
    approvals: new Map(),
    entries: [],
    findings: [],
    events: [],
    resourceStates: new Map(),
    settings: null,
    exemptions: new Map(),
    endedExemptions: new Map(),
    rollouts: new Map(),
    sent: [],
    delays: [],
    queue: [],
    sweeps: [],
    scans: new Map(),
    previews: { rows: new Map(), items: new Map() },
    sweepRuns: emptySweeps(),
    // The service has run until now. A test of an outage sets another heartbeat.
    guards: { heartbeat: START, throttles: new Map(), sweepThrottles: new Map() },
    leases: new Map(),
    wakeups: new Map(),
    failures: new Map(),
    deadLetters: new Map(),
    budgets: new Map(),
    activityProgress: new Map(),
    openGates: new Map(),
    endedGates: new Map(),
    published: [],
    counters: NO_COUNTERS,
    logged: [],
  };
  const log = (level: string) => (fields: unknown, message: string) => {
    stored.logged.push({ level, fields, message });
  };
  let ids = 0;
  const [findings, events, audit, approvals, scans, deadLetters] = [
    fakeFindings(stored.findings),
    fakeEvents(stored.events),
    fakeAuditLog(stored.entries),
    fakeApprovals(stored.approvals),
    fakeScans(stored.scans, clock.now),
    fakeDeadLetters(stored.failures, stored.deadLetters),
  ];
  return {
    stored,
    clock,
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    metrics: countInto((more) => {
      stored.counters = addCounters(stored.counters, more);
    }, clock.now),
    newId: () => {
      ids += 1;
      return `operation-${ids}`;
    },
    random: () => 0,
    rules: differs.rules ?? CHOSEN,
    options: {
      mode: 'autofix',
      settleSeconds: 30,
      selfId: null,
      workspaceId: null,
      pauses: pauses.parse({}),
      ...differs.options,
    },
    arm: fakeArm(clock),
    activityLog: fakeActivity(),
    estate: fakeEstate(),
    sweeps: fakeSweepQueue(clock, stored.sweeps),
    previews: fakePreviews(stored.previews, stored.findings),
    scans,
    sweepRuns: fakeSweeps(stored.sweepRuns),
    sweepMarks: fakeSweepMarks(stored.sweepRuns),
    evidence: fakeEvidence(stored.sweepRuns),
    sweeping: null,
    queue: fakeQueue(clock, stored.queue, stored.sent, stored.delays),
    wakeups: fakeWakeups(stored.wakeups),
    events,
    resources: fakeResources(clock, stored),
    findings,
    approvals,
    audit,
    settings: fakeSettings(stored),
    exemptions: fakeExemptions(stored.exemptions, stored.endedExemptions),
    deadLetters,
    budgets: fakeBudgets(stored.budgets),
    notifications: fakeNotifications(stored.published),
    guards: fakeGuards(stored.guards),
    rollouts: fakeRollouts(stored.rollouts),
    counts: fakeCounts({ findings, events, audit }),
    history: fakeHistory(),
    revisions: fakeRevisions(stored, { approvals, deadLetters, scans }),
    activityProgress: fakeActivityProgress(stored.activityProgress),
    healthGates: fakeHealthGates(stored.openGates, stored.endedGates),
    health: fakeHealth(clock),
  };
}

/** Settings as an operator would have stored them; each call is a new revision. */
export function storeSettings(deps: FakeDeps, settings: Partial<Settings>): void {
  const version = (deps.stored.settings?.version ?? 0) + 1;
  deps.stored.settings = {
    version,
    value: {
      settings: { ...settingsSchema.parse({ mode: 'autofix' }), ...settings },
      revision: version,
      stoppedAt: null,
      stoppedBy: null,
      records: [],
    },
  };
}
