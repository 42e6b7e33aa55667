/** Retries many dead letters, followed in the panel of jobs. */
import { call } from '../../api/client.ts';
import type { DeadLetter } from '../../api/types.ts';
import { plural } from '../../ui/format/words.ts';
import { defineJob } from '../../ui/jobs/jobs.ts';
import { type ItemAnswer, resultOf } from '../../ui/jobs/send-each.ts';

const start = defineJob({
  kind: 'retry-dead-letters',
  done: 'sent again',
  async run(part) {
    const { body } = await call<{ items: readonly (ItemAnswer & { id: string })[] }>('/deadletters/release', {
      method: 'POST',
      body: { ids: part.map(({ id }) => id) },
    });
    // One that is not there any more was sent again before.
    return body.items.map((one) => (one.status === 404 ? { id: one.id, state: 'done' } : resultOf(one.id, one)));
  },
});

export function retryMany(letters: readonly DeadLetter[]): void {
  const items = letters.map(({ id, resource, queue }) => ({ id, label: resource?.name ?? queue }));
  start({ title: `Retry ${plural(items.length, 'message')}`, items });
}
