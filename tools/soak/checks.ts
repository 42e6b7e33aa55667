/** What must hold when no work is left: counts with their limits, taken from outside. */
import { z } from 'zod';
import type { DevEnvironment } from '../../dev/environment/dev-environment.ts';
import { type AuditEntry, auditEntry } from '../../src/domain/audit/audit.ts';
import { auditVerification } from '../../src/workflows/ports/audit.ts';
import type { Api } from './api.ts';
import type { SoakApp } from './apps.ts';
import type { EventRelay } from './event-relay.ts';
import { checkExpectations } from './expectations.ts';
import type { ExpectedDecisions } from './expected-decisions.ts';
import { FAULT_RATE, type InjectedFaults } from './faults.ts';
import type { MemoryWatch } from './memory.ts';
import type { StoredRecords } from './stored-records.ts';
import type { WriteCounter } from './write-counter.ts';

export interface Check {
  readonly what: string;
  readonly found: string;
  /** What it must be, in words; empty for information only. */
  readonly limit: string;
  readonly holds: boolean;
  /** The first failures. */
  readonly examples: readonly string[];
}

export interface FinalState {
  readonly events: number;
  readonly apps: readonly SoakApp[];
  readonly dev: DevEnvironment;
  readonly api: Api;
  readonly expected: ExpectedDecisions;
  readonly writeCounter: WriteCounter;
  readonly relay: EventRelay;
  readonly records: StoredRecords;
  /** The outcomes that were known in between. */
  readonly early: ReadonlyMap<string, string | null>;
  readonly faults: InjectedFaults;
  readonly memory: MemoryWatch;
}

const MAX_MEGABYTES = 300;

export async function runChecks(at: FinalState): Promise<Check[]> {
  const { writeCounter, relay, faults } = at;
  // Counted before the checks themselves read anything.
  const { requests } = faults;
  const failed = [...faults.injected.values()].reduce((sum, count) => sum + count, 0);
  return [
    exactly('events raised by users', writeCounter.eventsOfUsers, at.events),
    info('events raised by writes of the service', writeCounter.writes),
    info('deliveries accepted, each event twice', relay.accepted),
    info('deliveries refused while no host ran, and repeated', relay.refused),
    ...(await eventChecks(at)),
    ...(await appChecks(at)),
    none('documents written more often than they drifted', writeCounter.tooOften()),
    ...(await logChecks(at)),
    none(
      'dead letters',
      (await at.api.list('/deadletters', z.unknown())).map((letter) => JSON.stringify(letter)),
    ),
    info('Azure requests of the service', requests),
    atLeast('of these failed', failed, fewest(requests * FAULT_RATE)),
    info('in these ways', [...faults.injected].map(([kind, count]) => `${kind} ${count}`).join(', ')),
    memoryCheck(at.memory.peak),
  ];
}

async function eventChecks({ dev, records, early }: FinalState): Promise<Check[]> {
  const outcomes = await records.outcomes();
  const raised = dev.simulator.events.map(({ id }) => id);
  const changed = [...early].filter(([id, before]) => before !== null && outcomes.get(id) !== before);
  const kinds = new Map<string, number>();
  for (const found of outcomes.values()) {
    const kind = found === null ? 'none' : outcome.parse(JSON.parse(found)).outcome;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [
    none(
      'events without an outcome',
      raised.filter((id) => !outcomes.get(id)),
    ),
    none(
      'outcomes of unknown events',
      [...outcomes.keys()].filter((id) => !raised.includes(id)),
    ),
    none(
      'outcomes that changed after they were given',
      changed.map(([id, before]) => `${id}: ${before} became ${outcomes.get(id)}`),
    ),
    none(
      'events in dead letters',
      [...outcomes].filter(([, found]) => found?.includes('"dead"')).map(([id]) => id),
    ),
    info('outcomes', [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')),
  ];
}

async function appChecks({ apps, api, expected }: FinalState): Promise<Check[]> {
  const { unmet, queued } = await checkExpectations(apps, expected, api);
  return [none('findings other than a fresh read requires', unmet), info('pending approvals', queued)];
}

async function logChecks({ api, records }: FinalState): Promise<Check[]> {
  const { valid, complete, entries, reason } = await api.get('/audit/verify', auditVerification);
  const log = await api.list('/audit', auditEntry);
  const about = ({ operationId, rule }: AuditEntry) => `${operationId} ${rule}`;
  const ended = new Set(log.filter(({ kind }) => ENDS.has(kind)).map(about));
  const intents = log.filter(({ kind }) => kind === 'fix.intended');
  const kinds = new Map<string, number>();
  for (const { kind } of log) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return [
    none(
      'faults in the chains of the log',
      valid && complete ? [] : [`${reason}; valid ${valid}, complete ${complete}`],
    ),
    exactly('entries that were verified', entries, log.length),
    none('intents without an end', intents.filter((one) => !ended.has(about(one))).map(about)),
    none('intents that are recorded twice', repeated(intents.map(about))),
    none('apps with an open intent', (await records.unsettled()).openIntents),
    info('entries', [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')),
  ];
}

const ENDS = new Set(['fix.applied', 'fix.failed', 'fix.blocked', 'fix.unknown']);
const outcome = z.object({ outcome: z.string() });

function repeated(all: readonly string[]): string[] {
  const seen = new Set<string>();
  return all.filter((one) => seen.size === seen.add(one).size);
}

function memoryCheck(peak: number | null): Check {
  const what = 'most memory of the host, in MB';
  if (peak === null) return info(what, 'not measured here');
  return { ...info(what, peak), limit: `under ${MAX_MEGABYTES}`, holds: peak < MAX_MEGABYTES };
}

/** The minimum that random faults miss less than once in ten thousand runs. */
function fewest(expected: number): number {
  return Math.max(1, Math.floor(expected - 4 * Math.sqrt(expected)));
}

function none(what: string, wrong: readonly string[]): Check {
  return { what, found: String(wrong.length), limit: '0', holds: wrong.length === 0, examples: wrong.slice(0, 3) };
}

function exactly(what: string, found: number, limit: number): Check {
  return { ...info(what, found), limit: String(limit), holds: found === limit };
}

function atLeast(what: string, found: number, limit: number): Check {
  return { ...info(what, found), limit: `at least ${limit}`, holds: found >= limit };
}

function info(what: string, found: string | number): Check {
  return { what, found: String(found), limit: '', holds: true, examples: [] };
}
