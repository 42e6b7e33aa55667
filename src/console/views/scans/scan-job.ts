/** Starts many scans, followed in the panel of jobs to their end. */
import { call } from '../../api/client.ts';
import { eachOf } from '../../api/each-of.ts';
import type { Scan } from '../../api/types.ts';
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
    const wanted = new Map(open.map(({ id }) => [id.toLowerCase(), id]));
    const results: JobResult[] = [];
    // The newest come first, so the first with a scope is the one that was started here.
    for await (const { scope, status } of eachOf<Scan>('/scans')) {
      const id = wanted.get(scope.toLowerCase());
      if (id === undefined) continue;
      if (status === 'done') results.push({ id, state: 'done' });
      if (status === 'cancelled') results.push({ id, state: 'failed', text: 'The scan was cancelled.' });
      wanted.delete(scope.toLowerCase());
      if (wanted.size === 0) break;
    }
    return results;
  },
});

/** Scans each of these apps, by their ARM ids. */
export function scanMany(ids: readonly string[]): void {
  const items = ids.map((id) => ({ id, label: scopeText(id), href: appHref(id) }));
  start({ title: `Scan ${plural(items.length, 'app')}`, items });
}
