/** Retries many dead letters, followed in the panel of jobs. */
import { call } from '../../api/client.ts';
import type { DeadLetter, Problem } from '../../api/types.ts';
import { plural } from '../../ui/format/words.ts';
import { defineJob } from '../../ui/jobs/jobs.ts';

interface Released {
  readonly id: string;
  readonly status: number;
  readonly problem?: Partial<Problem>;
}

const start = defineJob({
  kind: 'retry-dead-letters',
  done: 'sent again',
  async run(part) {
    const body = { ids: part.map(({ id }) => id) };
    const answer = await call<{ items: readonly Released[] }>('/deadletters/release', { method: 'POST', body });
    return answer.body.items.map(({ id, status, problem }) =>
      // One that is not there any more was sent again before.
      status < 300 || status === 404
        ? { id, state: 'done' }
        : { id, state: 'refused', text: problem?.detail ?? problem?.title ?? 'It was refused.' },
    );
  },
});

export function retryMany(letters: readonly DeadLetter[]): void {
  const items = letters.map(({ id, resource, queue }) => ({ id, label: resource?.name ?? queue }));
  start({ title: `Retry ${plural(items.length, 'message')}`, items });
}
