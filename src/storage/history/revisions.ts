/**
 * The revisions, in the partition of the settings, so that one request reads both: revision-<kind>; scan-<id> a scan that
 * runs; `healed` what each kind looked like when housekeeping last compared. A revision is written without reading it, so
 * writers never wait for each other. It is a time with a number of the process, so no two are the same.
 */

import * as z from 'zod';
import { SECOND_MS } from '../../domain/resources/durations.ts';
import { hasStages } from '../../domain/rules/rollout-starts.ts';
import type { StoragePorts } from '../../workflows/ports/deps.ts';
import { REVISED, type Revised, type Revisions, type StoredRevisions } from '../../workflows/ports/history.ts';
import { storedSettings } from '../../workflows/ports/settings.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import { entityOf, type Key, parseDerived, parseRow, type Row } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import { prefixFilter, type Step, type Table } from '../table/table.ts';
import { watchedTable } from './watched-table.ts';

/** Calls `work` after a delay, if the process is still running. */
export type After = (milliseconds: number, work: () => void) => void;

export interface RevisionOptions extends Pick<StoragePorts, 'approvals' | 'deadLetters' | 'scans'> {
  /** The table of the settings. */
  readonly settings: Table;
  readonly now: () => Date;
  readonly createId: () => string;
  /** Null: nothing is stored but by `flush` and `heal`, which do not wait then. */
  readonly after: After | null;
}

export interface RevisedTables {
  /** The table of a kind. What is changed through it is noted. */
  watched(kind: Revised): Table;
  /** The table of the sweeps: the list of the scans shows the latest ones, with their progress. */
  watchedSweeps(table: Table): Table;
  readonly revisions: Revisions;
}

/** `options` is called at the first use: the stores that it names write to the watched tables. */
export function openRevisions(tables: Readonly<Record<Revised, Table>>, options: () => RevisionOptions): RevisedTables {
  const changed = new Set<Revised>();
  const changedScans = new Set<string>();
  let numberOfProcess: number | null = null;
  let last = 0;
  let writtenAt = 0;
  let isScheduled = false;
  let isCompared = false;
  let known: { readonly revision: number; readonly approvals: StoredRevisions['approvals'] } | null = null;

  function nextRevision({ now, createId }: RevisionOptions): number {
    numberOfProcess ??= Number.parseInt(hashOf(createId()).slice(0, 8), 16) % PROCESSES;
    last = Math.max(last + PROCESSES, now().getTime() * PROCESSES + numberOfProcess);
    return last;
  }

  function note(kind: Revised, keys: readonly Key[]): void {
    const listed = keys.filter(({ rowKey }) => isListed(kind, rowKey));
    if (listed.length === 0) return;
    if (kind === 'scans') for (const { rowKey } of listed) changedScans.add(rowKey);
    noteKind(kind);
  }

  function noteKind(kind: Revised): void {
    changed.add(kind);
    schedule(SECOND_MS);
  }

  function schedule(milliseconds: number): void {
    const { after } = options();
    if (after === null || isScheduled) return;
    isScheduled = true;
    after(milliseconds, () => {
      isScheduled = false;
      void flush();
    });
  }

  async function flush(): Promise<void> {
    if (changed.size === 0) return;
    const { now, after } = options();
    const delay = writtenAt + SECOND_MS - now().getTime();
    // A time further ahead means that the clock was set back.
    if (after !== null && delay > 0 && delay <= SECOND_MS) return schedule(delay);
    writtenAt = now().getTime();
    const [kinds, scans] = [[...changed], [...changedScans]];
    changed.clear();
    changedScans.clear();
    try {
      await write(kinds, scans);
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
      // Kept for the next time. Housekeeping finds what is lost with this process.
      for (const kind of kinds) changed.add(kind);
      for (const scan of scans) changedScans.add(scan);
    }
  }

  async function write(kinds: readonly Revised[], scans: readonly string[]): Promise<void> {
    const { settings } = options();
    const steps = await Promise.all(kinds.map(revisionStep));
    const { running, ended } = await readScans(scans);
    await settings.transact([...steps, ...running.map(scanStep)]);
    await removeScans(ended);
  }

  async function removeScans(ids: readonly string[]): Promise<void> {
    for (const id of ids) await options().settings.remove({ partitionKey: PARTITION, rowKey: `${SCAN}${id}` });
  }

  async function revisionStep(kind: Revised): Promise<Step> {
    const revision = nextRevision(options());
    const count = kind === 'deadLetters' ? { count: await options().deadLetters.count() } : {};
    return { upsert: entityOf({ partitionKey: PARTITION, rowKey: `${REVISION}${kind}` }, { revision, ...count }) };
  }

  async function readScans(ids: readonly string[]) {
    const scans = await Promise.all(ids.map((id) => options().scans.get(id)));
    const isRunning = ids.map((_, at) => scans[at]?.status === 'running');
    return { running: ids.filter((_, at) => isRunning[at]), ended: ids.filter((_, at) => !isRunning[at]) };
  }

  return {
    watched: (kind) => watchedTable(tables[kind], (keys) => note(kind, keys)),

    watchedSweeps: (table) =>
      watchedTable(table, (keys) => {
        if (keys.some(({ partitionKey }) => partitionKey === SWEEP_PARTITION)) noteKind('scans');
      }),

    revisions: {
      flush,

      async read() {
        const { settings, approvals, deadLetters } = options();
        const rows = await settings.readAll(ALL);
        const stored = rows.find(({ rowKey }) => rowKey === 'current');
        const revisions = revisionsIn(rows);
        const { revision } = revisions.approvals;
        if (known === null || revision === 0 || known.revision !== revision) {
          const { heads } = await approvals.listHeads({ status: ['pending'] });
          const oldestAt = heads.map(({ requestedAt }) => requestedAt).sort()[0] ?? null;
          known = { revision, approvals: { pending: heads.length, oldestAt } };
        }
        return {
          settings: stored ? parseRow(storedSettings, settings.name, stored) : null,
          revisions: numbersOf(revisions),
          approvals: known.approvals,
          deadLetters: revisions.deadLetters.count ?? (await deadLetters.count()),
          runningScans: rows.filter(({ rowKey }) => rowKey.startsWith(SCAN)).length,
        };
      },

      async heal() {
        const { settings } = options();
        const rows = await settings.readAll(ALL);
        // Without stages in the settings there are no roll-outs to look at.
        const kinds = REVISED.filter((kind) => kind !== 'rollouts' || mayHaveRollouts(rows));
        const looks = await Promise.all(kinds.map(async (kind) => [kind, await lookOf(tables[kind], kind)] as const));
        const healed = rows.find(({ rowKey }) => rowKey === HEALED.rowKey);
        const before = healed ? parseDerived(LOOKS, healed) : null;
        // What a process changed last may show nowhere in the numbers of rows, so each new process distrusts all revisions.
        const moved = looks.flatMap(([kind, look]) => (isCompared && before?.[kind] === look ? [] : [kind]));
        const scans = rows.flatMap(({ rowKey }) => (rowKey.startsWith(SCAN) ? [rowKey.slice(SCAN.length)] : []));
        await removeScans((await readScans(scans)).ended);
        if (moved.length > 0) {
          const steps = await Promise.all(moved.map(revisionStep));
          await settings.transact([...steps, { upsert: entityOf(HEALED, Object.fromEntries(looks)) }]);
        }
        isCompared = true;
        return moved;
      },
    },
  };
}

function mayHaveRollouts(rows: readonly Row[]): boolean {
  const current = rows.find(({ rowKey }) => rowKey === 'current');
  const stored = current ? parseDerived(storedSettings, current) : null;
  return stored !== null && hasStages(stored.settings);
}

function scanStep(id: string): Step {
  return { upsert: entityOf({ partitionKey: PARTITION, rowKey: `${SCAN}${id}` }, {}) };
}

const PARTITION = 'settings';
const ALL = `PartitionKey eq '${PARTITION}'`;
const REVISION = 'revision-';
const SCAN = 'scan-';
const HEALED: Key = { partitionKey: PARTITION, rowKey: 'healed' };
const LOOKS = z.partialRecord(z.enum(REVISED), z.string());
const REVISION_ROW = z.strictObject({ revision: z.int().nonnegative(), count: z.int().nonnegative().exactOptional() });
/** Processes that count at the same millisecond have different numbers, with this probability of a mistake. */
const PROCESSES = 1000;

/** The keys of the rows that lists show. The others are copies, counts, and notes. */
const LISTED: Readonly<Record<Revised, RegExp>> = {
  approvals: /^a/,
  audit: /^e-/,
  deadLetters: /^l-/,
  exemptions: /^x/,
  findings: /^f-/,
  rollouts: /^r/,
  scans: /^s\d/,
};

/** The partition of the latest sweep of each subscription. */
const SWEEP_PARTITION = 'run';

function isListed(kind: Revised, rowKey: string): boolean {
  return LISTED[kind].test(rowKey);
}

/** Few rows that change with the rows of a kind, by their partition and the beginning of their keys. */
const CHANGING: Readonly<Record<Revised, readonly [partition: string, prefix: string]>> = {
  approvals: ['approval', 'o-'],
  audit: ['audit', 'h-'],
  deadLetters: ['letter', 'l-'],
  exemptions: ['exemption', 'x'],
  findings: ['finding', 'p-'],
  rollouts: ['rollout', 'r'],
  scans: ['scan', 's'],
};

/** What the rows of a kind look like, by their versions; one request. */
async function lookOf(table: Table, kind: Revised): Promise<string> {
  const { items } = await table.readPage(prefixFilter(...CHANGING[kind]), { limit: 1000, after: null }, 1, []);
  return hashOf(items.map(({ rowKey, etag }) => `${rowKey} ${etag}`).join('\n'));
}

type RevisionsIn = Readonly<Record<Revised, z.infer<typeof REVISION_ROW>>>;

/** An unreadable row counts as none: the next change or housekeeping replaces it. */
function revisionsIn(rows: readonly Row[]): RevisionsIn {
  const of = (kind: Revised) => {
    const row = rows.find(({ rowKey }) => rowKey === `${REVISION}${kind}`);
    return (row && parseDerived(REVISION_ROW, row)) ?? { revision: 0 };
  };
  return byKind(of);
}

function numbersOf(revisions: RevisionsIn): StoredRevisions['revisions'] {
  return byKind((kind) => revisions[kind].revision);
}

function byKind<T>(of: (kind: Revised) => T): Readonly<Record<Revised, T>> {
  return {
    approvals: of('approvals'),
    audit: of('audit'),
    deadLetters: of('deadLetters'),
    exemptions: of('exemptions'),
    findings: of('findings'),
    rollouts: of('rollouts'),
    scans: of('scans'),
  };
}
