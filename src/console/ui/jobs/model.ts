/** What was done to many items at once, and what became of each. Kept in this tab, so that a reload loses nothing. */

export type ItemState =
  /** Not sent yet. */
  | 'waiting'
  /** Accepted; its end is not known yet. */
  | 'accepted'
  /** Accepted; it waits for something, such as a change window. */
  | 'held'
  | 'done'
  | 'refused'
  | 'failed';

export interface JobItem {
  readonly id: string;
  /** What people call it. */
  readonly label: string;
  /** The address that shows it. */
  readonly href?: string;
  /** What a request about it carries, such as the digest that was shown. */
  readonly data?: string;
}

export interface JobResult {
  readonly id: string;
  readonly state: Exclude<ItemState, 'waiting'>;
  /** Such as the reason why not. */
  readonly text?: string;
}

export interface JobRow extends JobItem {
  readonly state: ItemState;
  readonly text?: string;
}

export interface Job {
  readonly id: string;
  /** Names what sends and follows it. */
  readonly kind: string;
  readonly title: string;
  /** What the whole job carries, such as the comment. */
  readonly data: Readonly<Record<string, string>>;
  readonly rows: readonly JobRow[];
  /** Why sending stopped; null while it goes on. */
  readonly problem: string | null;
}

/** Of one request. */
export const PART = 100;

export function newJob(job: Omit<Job, 'rows' | 'problem'>, items: readonly JobItem[]): Job {
  return { ...job, rows: items.map((item) => ({ ...item, state: 'waiting' })), problem: null };
}

/** The next items to send. */
export function nextPart({ rows }: Job): readonly JobRow[] {
  return rows.filter(({ state }) => state === 'waiting').slice(0, PART);
}

/** The items whose end is not known. */
export function openRows({ rows }: Job): readonly JobRow[] {
  return rows.filter(({ state }) => state === 'accepted' || state === 'held');
}

export function endedCount({ rows }: Job): number {
  return rows.filter(({ state }) => state === 'done' || state === 'refused' || state === 'failed').length;
}

/** Results of items that are not in the job change nothing. */
export function withResults(job: Job, results: readonly JobResult[]): Job {
  const byId = new Map(results.map((result) => [result.id, result]));
  return {
    ...job,
    rows: job.rows.map((row) => {
      const result = byId.get(row.id);
      if (!result) return row;
      const { text: _, ...rest } = row;
      return { ...rest, ...result };
    }),
  };
}

const PARTS: readonly (readonly [ItemState, string])[] = [
  ['accepted', 'in progress'],
  ['held', 'on hold'],
  ['refused', 'refused'],
  ['failed', 'failed'],
  ['waiting', 'to send'],
];

/** `37 of 42 applied · 2 on hold · 2 refused · 1 failed`. */
export function progressText({ rows }: Job, done = 'done'): string {
  const count = (state: ItemState) => rows.filter((row) => row.state === state).length;
  const others = PARTS.flatMap(([state, words]) => (count(state) === 0 ? [] : [`${count(state)} ${words}`]));
  return [`${count('done')} of ${rows.length} ${done}`, ...others].join(' · ');
}

export function isJobs(value: unknown): value is readonly Job[] {
  return Array.isArray(value) && value.every((one) => typeof one?.kind === 'string' && Array.isArray(one.rows));
}
