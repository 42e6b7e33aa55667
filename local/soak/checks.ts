/** What must hold when all is at rest: each a count with its limit, taken from outside. */
import { z } from 'zod';
import type { Twin } from '../twin.ts';
import type { Api } from './api.ts';
import type { SoakApp } from './apps.ts';
import type { Courier } from './courier.ts';
import { demandsOf } from './demands.ts';
import type { FreshLook } from './fresh-look.ts';
import type { Ledger } from './ledger.ts';
import type { MemoryWatch } from './memory.ts';
import type { Records } from './records.ts';
import { TROUBLED, type Trouble } from './trouble.ts';

export interface Check {
  readonly what: string;
  readonly found: string;
  /** What it must be, in words; empty for what is only told. */
  readonly limit: string;
  readonly holds: boolean;
  /** The first of what is wrong. */
  readonly examples: readonly string[];
}

export interface AtRest {
  readonly events: number;
  readonly apps: readonly SoakApp[];
  readonly twin: Twin;
  readonly api: Api;
  readonly look: FreshLook;
  readonly ledger: Ledger;
  readonly courier: Courier;
  readonly records: Records;
  /** The outcomes that were known in between. */
  readonly early: ReadonlyMap<string, string | null>;
  readonly trouble: Trouble;
  readonly memory: MemoryWatch;
}

const MOST_MEGABYTES = 300;

export async function checksOf(at: AtRest): Promise<Check[]> {
  const { ledger, courier, trouble } = at;
  // Before anything is read to check.
  const { requests } = trouble;
  const struck = [...trouble.struck.values()].reduce((sum, count) => sum + count, 0);
  return [
    exactly('events raised by people', ledger.eventsOfPeople, at.events),
    told('events raised by our own writes', ledger.writes),
    told('deliveries taken, each event twice', courier.taken),
    told('deliveries refused while nobody listened, and repeated', courier.refused),
    ...(await eventChecks(at)),
    ...(await appChecks(at)),
    none('documents written more often than they drifted', ledger.tooOften()),
    ...(await logChecks(at)),
    none(
      'dead letters',
      (await at.api.list('/deadletters', z.unknown())).map((letter) => JSON.stringify(letter)),
    ),
    told('Azure requests of the service', requests),
    atLeast('of these failed', struck, fewest(requests * TROUBLED)),
    told('in these ways', [...trouble.struck].map(([kind, count]) => `${kind} ${count}`).join(', ')),
    memoryCheck(at.memory.peak),
  ];
}

async function eventChecks({ twin, records, early }: AtRest): Promise<Check[]> {
  const outcomes = await records.outcomes();
  const raised = twin.simulator.events.map(({ id }) => id);
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
      'outcomes of events that nobody raised',
      [...outcomes.keys()].filter((id) => !raised.includes(id)),
    ),
    none(
      'outcomes that changed after they were given',
      changed.map(([id, before]) => `${id}: ${before} became ${outcomes.get(id)}`),
    ),
    none(
      'events given up',
      [...outcomes].filter(([, found]) => found?.includes('"dead"')).map(([id]) => id),
    ),
    told('outcomes', [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')),
  ];
}

async function appChecks({ apps, api, look }: AtRest): Promise<Check[]> {
  const { unmet, queued } = await demandsOf(apps, look, api);
  return [none('findings other than a fresh read demands', unmet), told('approvals that wait for a person', queued)];
}

async function logChecks({ api, records }: AtRest): Promise<Check[]> {
  const { valid, complete, entries, reason } = await api.get('/audit/verify', verification);
  const log = await api.list('/audit', entry);
  const about = ({ operationId, rule }: z.infer<typeof entry>) => `${operationId} ${rule}`;
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
    told('entries', [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ')),
  ];
}

const ENDS = new Set(['fix.applied', 'fix.failed', 'fix.blocked', 'fix.unknown']);
const outcome = z.object({ outcome: z.string() });
const verification = z.object({
  valid: z.boolean(),
  complete: z.boolean(),
  entries: z.number(),
  reason: z.string().optional(),
});
const entry = z.object({ kind: z.string(), operationId: z.string().nullish(), rule: z.string().nullish() });

function repeated(all: readonly string[]): string[] {
  const seen = new Set<string>();
  return all.filter((one) => seen.size === seen.add(one).size);
}

function memoryCheck(peak: number | null): Check {
  const what = 'most memory of the host, in MB';
  if (peak === null) return told(what, 'not measured here');
  return { ...told(what, peak), limit: `under ${MOST_MEGABYTES}`, holds: peak < MOST_MEGABYTES };
}

/** What chance gives fewer than once in ten thousand runs. */
function fewest(expected: number): number {
  return Math.max(1, Math.floor(expected - 4 * Math.sqrt(expected)));
}

function none(what: string, wrong: readonly string[]): Check {
  return { what, found: String(wrong.length), limit: '0', holds: wrong.length === 0, examples: wrong.slice(0, 3) };
}

function exactly(what: string, found: number, limit: number): Check {
  return { ...told(what, found), limit: String(limit), holds: found === limit };
}

function atLeast(what: string, found: number, limit: number): Check {
  return { ...told(what, found), limit: `at least ${limit}`, holds: found >= limit };
}

function told(what: string, found: string | number): Check {
  return { what, found: String(found), limit: '', holds: true, examples: [] };
}
