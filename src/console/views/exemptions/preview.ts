/** What exemptions would cover and change, before they are granted. */
import { type Answer, ApiError, type CallOptions } from '../../api/client.ts';
import type { BackgroundPreview, Preview } from '../../api/types.ts';
import type { ExemptionRequest } from './exemption-form.ts';

/** The service takes this many at once. */
export const PART = 100;

export interface PreviewPorts {
  call<T>(path: string, options?: CallOptions): Promise<Answer<T>>;
  wait(milliseconds: number): Promise<void>;
}

export type Totals = Pick<Preview, 'changes' | 'approvalsCleared' | 'unknown'> & {
  /** Violations that are covered, exempt already or not. */
  readonly covered: number;
};

/** The totals of all requests together. Throws ApiError; an abort throws what fetch throws. */
export async function previewExemptions(
  { call, wait }: PreviewPorts,
  requests: readonly ExemptionRequest[],
  signal: AbortSignal,
): Promise<Totals> {
  const parts: Totals[] = [];
  for (let first = 0; first < requests.length; first += PART) {
    parts.push(await previewPart({ call, wait }, requests.slice(first, first + PART), signal));
  }
  return sumOf(parts);
}

/** Each number is about other requests, so the sum is about all. */
export function sumOf(parts: readonly Totals[]): Totals {
  const changes = new Map<string, Preview['changes'][number]>();
  for (const change of parts.flatMap((part) => part.changes)) {
    const key = `${change.rule} ${change.before} ${change.after}`;
    changes.set(key, { ...change, resources: change.resources + (changes.get(key)?.resources ?? 0) });
  }
  const sum = (name: 'approvalsCleared' | 'unknown' | 'covered') => parts.reduce((all, part) => all + part[name], 0);
  return {
    changes: [...changes.values()],
    approvalsCleared: sum('approvalsCleared'),
    unknown: sum('unknown'),
    covered: sum('covered'),
  };
}

async function previewPart(
  { call, wait }: PreviewPorts,
  items: readonly ExemptionRequest[],
  signal: AbortSignal,
): Promise<Totals> {
  const options = { method: 'POST', body: items.length === 1 ? items[0] : { items }, signal } as const;
  let { body, status, location } = await call<Preview | BackgroundPreview>('/exemptions/preview?limit=1', options);
  const path = location?.replace(/^.*\/api(?=\/)/, '');
  while (!('changes' in body)) {
    if (body.status === 'failed' || status !== 202 || path === undefined) {
      throw new ApiError(500, {
        title: 'The preview failed',
        detail: 'Try again; the log of the service has the reason.',
      });
    }
    await wait(1000);
    signal.throwIfAborted();
    ({ body } = await call<BackgroundPreview>(path, { signal }));
  }
  const { changes, approvalsCleared, unknown, covered = 0 } = body;
  return { changes, approvalsCleared, unknown, covered };
}

/** Such as "2 failing checks are covered. 1 pending approval is resolved." */
export function sentenceOfTotals({ covered, approvalsCleared, unknown }: Totals): string {
  const parts = [
    covered === 0
      ? 'No failing check is covered now; later ones are.'
      : `${count(covered, 'failing check')} ${covered === 1 ? 'is' : 'are'} covered.`,
    approvalsCleared === 0
      ? ''
      : `${count(approvalsCleared, 'pending approval')} ${approvalsCleared === 1 ? 'is' : 'are'} resolved.`,
    unknown === 0 ? '' : `${count(unknown, 'check')} cannot be predicted before the next evaluation.`,
  ];
  return parts.filter(Boolean).join(' ');
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
