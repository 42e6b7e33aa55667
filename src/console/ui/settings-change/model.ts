/**
 * One change of the settings on its way: read, previewed, saved under the ETag of what was previewed. When others have changed
 * the settings meanwhile, the change is brought into theirs and previewed again.
 */
import { type Signal, signal } from '@preact/signals';
import { type Answer, ApiError, type CallOptions } from '../../api/client.ts';
import type { BackgroundPreview, Preview, Settings } from '../../api/types.ts';
import {
  type Conflict,
  type Difference,
  differencesBetween,
  documentOf,
  type JsonObject,
  mergeDocuments,
  withMember,
} from './document.ts';

export interface ChangeState {
  /** `ready`: the preview is of this document and this ETag, so it may be saved. */
  readonly phase: 'loading' | 'previewing' | 'ready' | 'saving' | 'saved';
  /** What is stored, and what it is to become. Empty until the settings are read. */
  readonly base: JsonObject;
  readonly mine: JsonObject;
  readonly etag: string;
  /** The last preview; null before the first. */
  readonly preview: Preview | null;
  /** What others changed meanwhile. */
  readonly theirs: readonly Difference[];
  /** What others and this change changed differently, until somebody chooses. */
  readonly conflicts: readonly Conflict[];
  readonly error: ApiError | null;
}

export interface ChangePorts {
  call<T>(path: string, options?: CallOptions): Promise<Answer<T>>;
  wait(milliseconds: number): Promise<void>;
}

export interface SettingsChangeModel {
  readonly state: Signal<ChangeState>;
  /** Reads the settings, changes them, and previews the result. Called again when the change is another one. */
  start(change: (settings: Settings) => Settings): Promise<void>;
  /** Decides a conflict. */
  choose(conflict: Conflict, side: 'mine' | 'theirs'): Promise<void>;
  /** Stores the document that was previewed, unless the settings have changed; then the preview is made again. */
  save(): Promise<void>;
  /** What is on its way is no longer waited for. */
  stop(): void;
}

const START: ChangeState = {
  phase: 'loading',
  ...{ base: {}, mine: {}, etag: '', preview: null, theirs: [], conflicts: [], error: null },
};

export function createChange({ call, wait }: ChangePorts): SettingsChangeModel {
  const state = signal(START);
  /** Of the latest work. What belongs to an older one changes nothing. */
  let round = 0;

  function show(own: number, change: Partial<ChangeState>): void {
    if (own === round) state.value = { ...state.peek(), ...change };
  }

  /** Does `work` as the latest. An error of the API is shown, and the change can be tried again. */
  async function run(work: (own: number) => Promise<void>): Promise<void> {
    round += 1;
    const own = round;
    show(own, { error: null });
    try {
      await work(own);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      show(own, { error, phase: 'previewing' });
    }
  }

  async function load(own: number, change: (settings: Settings) => Settings): Promise<void> {
    show(own, { ...START });
    const { body, etag } = await call<Settings>('/settings');
    show(own, { base: documentOf(body), mine: documentOf(change(body)), etag: etag ?? '' });
    await preview(own);
  }

  async function preview(own: number): Promise<void> {
    const { base, mine, etag } = state.peek();
    show(own, { phase: 'previewing', preview: null });
    if (differencesBetween(base, mine).length === 0) return;
    const made = await makePreview(own, mine);
    if (made === null) return;
    if (made.etag !== etag) return rebase(own);
    show(own, { phase: 'ready', preview: made.body });
  }

  /** null when the work is no longer the latest. */
  async function makePreview(own: number, document: JsonObject): Promise<Answer<Preview> | null> {
    const first = await call<Preview | BackgroundPreview>('/settings/preview', { method: 'POST', body: document });
    const path = first.location?.replace(/^.*\/api(?=\/)/, '');
    if (first.status !== 202 || path === undefined) return isMade(first) ? first : null;
    while (own === round) {
      await wait(1000);
      const answer = await call<BackgroundPreview>(path);
      if (answer.body.status === 'failed') {
        throw new ApiError(500, {
          title: 'The preview failed',
          detail: 'Try again; the log of the service has the reason.',
        });
      }
      if (isMade(answer)) return answer;
    }
    return null;
  }

  async function rebase(own: number): Promise<void> {
    const { base, mine } = state.peek();
    const { body, etag } = await call<Settings>('/settings');
    const theirs = documentOf(body);
    const { merged, conflicts } = mergeDocuments(base, mine, theirs);
    show(own, { base: theirs, mine: merged, etag: etag ?? '', theirs: differencesBetween(base, theirs), conflicts });
    await preview(own);
  }

  return {
    state,
    start: (change) => run((own) => load(own, change)),
    choose: (conflict, side) =>
      run(async (own) => {
        const { mine, conflicts } = state.peek();
        show(own, {
          mine: side === 'mine' ? mine : withMember(mine, conflict.path, conflict.theirs),
          conflicts: conflicts.filter((one) => one !== conflict),
        });
        await preview(own);
      }),
    save: () =>
      run(async (own) => {
        const { phase, mine, etag, conflicts } = state.peek();
        if (phase !== 'ready' || conflicts.length > 0) return;
        show(own, { phase: 'saving' });
        try {
          await call<Settings>('/settings', { method: 'PUT', body: mine, headers: { 'if-match': etag } });
          show(own, { phase: 'saved' });
        } catch (error) {
          if (!(error instanceof ApiError) || error.status !== 412) throw error;
          await rebase(own);
        }
      }),
    stop: () => {
      round += 1;
    },
  };
}

function isMade(answer: Answer<Preview | BackgroundPreview>): answer is Answer<Preview> {
  return 'changes' in answer.body;
}
