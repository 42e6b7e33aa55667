/** Starts many scans, followed in the panel of jobs to their end. */
import { call, get, withQuery } from '../../api/client.ts';
import type { ListPage, Scan } from '../../api/types.ts';
import { plural } from '../../ui/format/words.ts';
import { defineJob } from '../../ui/jobs/jobs.ts';
import type { JobResult } from '../../ui/jobs/model.ts';
import { sendEach } from '../../ui/jobs/send-each.ts';
import { appHref } from '../../ui/scope/app-href.ts';
import { scopeText } from '../../ui/scope/scope.ts';

const start = defineJob({
  kind: 'scan-apps',
  done: 'scanned',
  follows: 'scans',
  async run(part) {
    const results = await sendEach(part, ({ id: scope }) => call('/scans', { method: 'POST', body: { scope } }));
    return results.map((one) => (one.state === 'done' ? { ...one, state: 'accepted' } : one));
  },
  async poll(open) {
    const { items }: ListPage<Scan> = await get(withQuery('/scans', { limit: 200 }));
    return open.flatMap(({ id }): JobResult[] => {
      const scan = items.find(({ scope }) => scope.toLowerCase() === id.toLowerCase());
      if (scan?.status === 'done') return [{ id, state: 'done' }];
      return scan?.status === 'cancelled' ? [{ id, state: 'failed', text: 'The scan was cancelled.' }] : [];
    });
  },
});

/** Scans each of these apps, by their ARM ids. */
export function scanMany(ids: readonly string[]): void {
  const items = ids.map((id) => ({ id, label: scopeText(id), href: appHref(id) }));
  start({ title: `Scan ${plural(items.length, 'app')}`, items });
}
