/** Everything that workflows are given, in memory: the stores keep their contracts, Azure is a small one, time stands still. */
import type { Approval } from '../../src/domain/approval.ts';
import type { AuditEntry } from '../../src/domain/audit.ts';
import type { Budget } from '../../src/domain/budget.ts';
import type { Exemption } from '../../src/domain/exemption.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { isWithin } from '../../src/domain/resource.ts';
import type { AnyRule } from '../../src/domain/rule.ts';
import { type Settings, settingsSchema } from '../../src/domain/settings.ts';
import { rules } from '../../src/rules/index.ts';
import type {
  DeadLetter,
  FindingList,
  Notice,
  Options,
  ResourceMemory,
  StoredEvent,
  StoredSettings,
  WorkMessage,
  World,
} from '../../src/workflows/ports.ts';
import { type MemoryActivity, memoryActivity } from './memory-activity.ts';
import { memoryAudit } from './memory-audit.ts';
import { type MemoryAzure, memoryAzure } from './memory-azure.ts';
import { memoryBudgets, memoryNotices } from './memory-budgets.ts';
import { memoryDeadLetters } from './memory-dead-letters.ts';
import {
  type MemoryEstate,
  memoryEstate,
  memoryScans,
  memorySweeps,
  type QueuedSweep,
  type StoredScan,
} from './memory-estate.ts';
import { memoryEvents } from './memory-events.ts';
import { memoryExemptions } from './memory-exemptions.ts';
import { memoryGuards, type StoredGuards } from './memory-guards.ts';
import { fits, memoryApprovals, memoryMemories, memorySettings, pageOf, type Row } from './memory-rows.ts';
import { type Alarm, memoryAlarms, memoryLeases, memoryQueue, type QueuedMessage } from './memory-work.ts';
import { type SettableClock, settableClock } from './settable-clock.ts';

export const START = '2026-03-01T12:00:00.000Z';

/** The state of the stores, for tests to prepare and to look at. */
export interface Stored {
  readonly approvals: Map<string, Row<Approval>>;
  readonly entries: AuditEntry[];
  readonly findings: Finding[];
  readonly events: StoredEvent[];
  readonly memories: Map<string, ResourceMemory>;
  settings: Row<StoredSettings> | null;
  readonly exemptions: Map<string, Row<Exemption>>;
  readonly sent: WorkMessage[];
  readonly delays: number[];
  readonly queue: QueuedMessage[];
  /** What nobody finished of the slow queue. */
  readonly sweeps: QueuedSweep[];
  readonly scans: Map<string, StoredScan>;
  readonly guards: StoredGuards;
  readonly leases: Map<string, { holder: number; until: number }>;
  readonly alarms: Map<string, Alarm>;
  readonly failures: Map<string, string>;
  readonly deadLetters: Map<string, DeadLetter>;
  /** By subscription. */
  readonly budgets: Map<string, Budget>;
  readonly told: Notice[];
  readonly logged: { level: string; fields: unknown; message: string }[];
}

export interface MemoryWorld extends World {
  readonly stored: Stored;
  readonly clock: SettableClock;
  readonly arm: MemoryAzure;
  readonly estate: MemoryEstate;
  readonly activity: MemoryActivity;
}

/** Few of the rules, so that a new one changes no count: three safe and two risky ones of web apps, one of each other kind. */
const CHOSEN = [
  'webapp-https-only',
  'webapp-min-tls',
  'webapp-ftps-only',
  'webapp-remote-debugging',
  'webapp-cors-wildcard',
  'containerapp-insecure-ingress',
  'environment-diagnostics',
];

export function memoryWorld(
  differs: { readonly options?: Partial<Options>; readonly rules?: readonly AnyRule[] } = {},
): MemoryWorld {
  const clock = settableClock(START);
  const stored: Stored = {
    approvals: new Map(),
    entries: [],
    findings: [],
    events: [],
    memories: new Map(),
    settings: null,
    exemptions: new Map(),
    sent: [],
    delays: [],
    queue: [],
    sweeps: [],
    scans: new Map(),
    // It has run until now: no test begins after a silence unless it says so.
    guards: { heartbeat: START, throttles: new Map() },
    leases: new Map(),
    alarms: new Map(),
    failures: new Map(),
    deadLetters: new Map(),
    budgets: new Map(),
    told: [],
    logged: [],
  };
  const log = (level: string) => (fields: unknown, message: string) => {
    stored.logged.push({ level, fields, message });
  };
  let ids = 0;
  return {
    stored,
    clock,
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    newId: () => {
      ids += 1;
      return `operation-${ids}`;
    },
    random: () => 0,
    rules: differs.rules ?? rules.filter(({ id }) => CHOSEN.includes(id)),
    options: { mode: 'autofix', settleSeconds: 30, selfId: null, workspaceId: null, ...differs.options },
    arm: memoryAzure(clock),
    activity: memoryActivity(),
    estate: memoryEstate(),
    sweeps: memorySweeps(clock, stored.sweeps),
    scans: memoryScans(stored.scans),
    queue: memoryQueue(clock, stored.queue, stored.sent, stored.delays),
    leases: memoryLeases(clock, stored.leases),
    alarms: memoryAlarms(stored.alarms),
    events: memoryEvents(stored.events),
    memories: memoryMemories(stored.memories),
    findings: memoryFindings(stored.findings),
    approvals: memoryApprovals(stored.approvals),
    audit: memoryAudit(stored.entries),
    settings: memorySettings(stored),
    exemptions: memoryExemptions(stored.exemptions),
    deadLetters: memoryDeadLetters(stored.failures, stored.deadLetters),
    budgets: memoryBudgets(stored.budgets),
    notices: memoryNotices(stored.told),
    guards: memoryGuards(stored.guards),
  };
}

/** Settings as an operator would have stored them; each call is a new revision. */
export function storeSettings(world: MemoryWorld, settings: Partial<Settings>): void {
  const version = (world.stored.settings?.version ?? 0) + 1;
  world.stored.settings = {
    version,
    value: {
      settings: { ...settingsSchema.parse({ mode: 'autofix' }), ...settings },
      revision: version,
      stoppedAt: null,
      stoppedBy: null,
      facts: [],
    },
  };
}

function memoryFindings(stored: Finding[]): FindingList {
  return {
    replace: async ({ key }, findings) => {
      const others = stored.filter(({ resource }) => resource.id.toLowerCase() !== key);
      stored.splice(0, stored.length, ...others, ...structuredClone([...findings]));
    },
    list: async (query, page) =>
      pageOf(
        stored.filter(
          (one) =>
            fits(query.verdict, one.verdict) &&
            fits(query.rule, one.rule) &&
            (query.rules?.includes(one.rule) ?? true) &&
            fits(query.severity, one.severity) &&
            fits(query.decision, one.decision?.action) &&
            (query.openEndedOrBefore === undefined ||
              !one.decision?.until ||
              one.evaluatedAt < query.openEndedOrBefore) &&
            (query.resource === undefined || isWithin(one.resource.id, query.resource)),
        ),
        page,
      ),
    resources: async (scope, after, upTo) =>
      [...new Set(stored.map(({ resource }) => resource.id.toLowerCase()))]
        .filter((key) => isWithin(key, scope) && key > after && (upTo === null || key <= upTo))
        .sort(),
  };
}
