/** Runs jobs in parts of 100, one after the other, and follows their items to the end, across views and reloads. */
import { effect } from '@preact/signals';
import { ApiError } from '../../api/client.ts';
import type { Kind } from '../../api/types.ts';
import { expectChanges, state } from '../../state/live.ts';
import { stored } from '../../state/stored.ts';
import { isJobs, type Job, type JobItem, type JobResult, newJob, nextPart, openRows, withResults } from './model.ts';

export interface JobKind {
  readonly kind: string;
  /** The word for items that ended well, such as `applied`. */
  readonly done?: string;
  /** Sends a part; an item without a result counts as done. Repeating a part must do no harm: a reload may repeat one. */
  run(part: readonly JobItem[], data: Readonly<Record<string, string>>): Promise<readonly JobResult[]>;
  /** What became of accepted items. Without it an accepted item stays as it is. */
  poll?(open: readonly JobItem[], data: Readonly<Record<string, string>>): Promise<readonly JobResult[]>;
  /** `poll` is called again when the revision of this changes. */
  readonly follows?: Kind;
}

export interface NewJob {
  readonly title: string;
  readonly items: readonly JobItem[];
  readonly data?: Readonly<Record<string, string>>;
}

export const jobs = stored<readonly Job[]>('jobs', [], { isValid: isJobs, tab: true });

const kinds = new Map<string, JobKind>();
const busy = new Set<string>();

/**
 * Names how a kind of job is sent and followed; returns the function that starts one. Call it when the module is loaded, so
 * that a job goes on after a reload.
 */
export function defineJob(kind: JobKind): (job: NewJob) => void {
  kinds.set(kind.kind, kind);
  return ({ title, items, data = {} }) => {
    const job = newJob({ id: crypto.randomUUID(), kind: kind.kind, title, data }, items);
    jobs.value = [...jobs.peek(), job];
    void send(job.id);
  };
}

/** The word for items of this job that ended well. */
export function doneWord({ kind }: Job): string {
  return kinds.get(kind)?.done ?? 'done';
}

/** Takes a job out of the panel. What was not sent yet is not sent any more. */
export function dismissJob(id: string): void {
  jobs.value = jobs.peek().filter((job) => job.id !== id);
}

/** Goes on after a failure. */
export function resumeJob(id: string): void {
  change(id, (job) => ({ ...job, problem: null }));
  void send(id);
}

/** Goes on with the jobs of before a reload, and follows all. Returns what ends that. */
export function followJobs(): () => void {
  for (const job of jobs.peek()) if (job.problem === null) void send(job.id);
  const seen = new Map<string, number>();
  return effect(() => {
    const revisions = state.value?.revisions;
    for (const job of revisions ? jobs.peek() : []) {
      const follows = kinds.get(job.kind)?.follows;
      const revision = follows ? revisions?.[follows] : undefined;
      if (revision === undefined || seen.get(job.id) === revision) continue;
      seen.set(job.id, revision);
      void poll(job.id);
    }
  });
}

const find = (id: string) => jobs.peek().find((job) => job.id === id);

function change(id: string, by: (job: Job) => Job): void {
  jobs.value = jobs.peek().map((job) => (job.id === id ? by(job) : job));
}

/** Runs one at a time under a name. */
async function once(name: string, work: () => Promise<void>): Promise<void> {
  if (busy.has(name)) return;
  busy.add(name);
  try {
    await work();
  } finally {
    busy.delete(name);
  }
}

async function send(id: string): Promise<void> {
  await once(`send ${id}`, async () => {
    for (let job = find(id); job; job = find(id)) {
      const part = nextPart(job);
      const kind = kinds.get(job.kind);
      if (part.length === 0 || !kind) break;
      try {
        const results = await kind.run(part, job.data);
        const known = new Set(results.map((result) => result.id));
        const silent = part.filter((item) => !known.has(item.id));
        change(id, (now) =>
          withResults(now, [...results, ...silent.map((item) => ({ id: item.id, state: 'done' as const }))]),
        );
        expectChanges();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        change(id, (now) => ({ ...now, problem: `${error.title}. ${error.message}` }));
        break;
      }
    }
  });
  await poll(id);
}

async function poll(id: string): Promise<void> {
  await once(`poll ${id}`, async () => {
    const job = find(id);
    const kind = job && kinds.get(job.kind);
    const open = job ? openRows(job) : [];
    if (!job || !kind?.poll || open.length === 0) return;
    try {
      const results = await kind.poll(open, job.data);
      change(id, (now) => withResults(now, results));
      if (find(id) && openRows(job).length > 0) expectChanges();
    } catch (error) {
      // The next revision asks again.
      if (!(error instanceof ApiError)) throw error;
    }
  });
}
