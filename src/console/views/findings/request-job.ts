/** Requests approvals for violations that only the sweep has found. */
import { ApiError, call } from '../../api/client.ts';
import { defineJob } from '../../ui/jobs/jobs.ts';
import type { JobItem, JobResult } from '../../ui/jobs/model.ts';

/** Each item carries the id of its rule and the ARM id of its app. */
export const startRequests = defineJob({
  kind: 'request-approvals',
  done: 'requested',
  async run(part) {
    const results: JobResult[] = [];
    for (const item of part) results.push(await request(item));
    return results;
  },
});

async function request({ id }: JobItem): Promise<JobResult> {
  const [rule = '', scope = ''] = partsOf(id);
  try {
    const { body } = await call<{ queued: number }>('/approvals', { method: 'POST', body: { rule, scope } });
    if (body.queued > 0) return { id, state: 'done', text: 'The approval appears after the next check of the app.' };
    return { id, state: 'refused', text: 'Nothing to request: it is not a violation that only the sweep has found.' };
  } catch (error) {
    // Without an answer, or signed out, the others would fail as well.
    if (!(error instanceof ApiError) || error.status === 0 || error.status === 401) throw error;
    return { id, state: error.status >= 500 ? 'failed' : 'refused', text: error.message };
  }
}

/** The id of a finding: its rule, and the ARM id of its app. */
export function findingId({
  rule,
  resource,
}: {
  readonly rule: string;
  readonly resource: { readonly id: string };
}): string {
  return `${rule}@${resource.id}`;
}

export function partsOf(id: string): [rule: string, resource: string] {
  const at = id.indexOf('@');
  return at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)];
}
