/** Changes of many exemptions, followed in the panel of jobs. */
import { call, get, withQuery } from '../../api/client.ts';
import type { ListedExemption, ListPage } from '../../api/types.ts';
import { plural } from '../../ui/format/words.ts';
import { defineJob } from '../../ui/jobs/jobs.ts';
import { sendEach } from '../../ui/jobs/send-each.ts';
import { scopeText } from '../../ui/scope/scope.ts';
import type { ExemptionRequest } from './exemption-form.ts';
import { grantAll, leftToGrant } from './grant.ts';

const startGrants = defineJob({
  kind: 'exempt',
  done: 'exempt',
  async run(part) {
    const requests = part.map(({ data = '{}' }): ExemptionRequest => JSON.parse(data));
    // After a reload a part may be sent again, so what is granted already is left out.
    const wanted = leftToGrant(requests, await grantedLike(requests));
    const granted = await grantAll(call, wanted);
    return part.map(({ id }, index) => {
      const result = granted.find(({ request }) => request === requests[index]);
      if (!result || result.exemption !== null) return { id, state: 'done' };
      return { id, state: 'refused', text: result.problem?.detail ?? result.problem?.title ?? 'It was refused.' };
    });
  },
});

/** Grants each of these requests. */
export function grantMany(requests: readonly ExemptionRequest[]): void {
  const items = requests.map((request) => ({
    id: `${request.rule} ${request.scope}`,
    label: `${request.rule} on ${scopeText(request.scope)}`,
    data: JSON.stringify(request),
  }));
  startGrants({ title: `Exempt ${plural(items.length, 'check')}`, items });
}

/** The exemptions in force with the rules and the owner of these requests. */
async function grantedLike(requests: readonly ExemptionRequest[]): Promise<ListedExemption[]> {
  const found: ListedExemption[] = [];
  const query = {
    rule: [...new Set(requests.map(({ rule }) => rule))].join(),
    owner: requests[0]?.owner ?? null,
    limit: 200,
  };
  let cursor: string | null = null;
  do {
    const page: ListPage<ListedExemption> = await get(withQuery('/exemptions', { ...query, cursor }));
    found.push(...page.items);
    cursor = page.nextCursor ?? null;
  } while (cursor !== null);
  return found;
}

const startRenewals = defineJob({
  kind: 'renew-exemptions',
  done: 'renewed',
  run: (part, { expires, reason }) =>
    sendEach(part, ({ id }) => call(`/exemptions/${id}`, { method: 'PUT', body: { expires, reason } })),
});

export function renewMany(exemptions: readonly ListedExemption[], data: { expires: string; reason: string }): void {
  startRenewals({ title: `Renew ${plural(exemptions.length, 'exemption')}`, items: exemptions.map(itemOf), data });
}

const startRemovals = defineJob({
  kind: 'remove-exemptions',
  done: 'removed',
  // One that is not there any more is as wanted.
  run: (part) =>
    sendEach(
      part,
      ({ id }) => call(`/exemptions/${id}`, { method: 'DELETE' }),
      ({ status }) => status === 404,
    ),
});

export function removeMany(exemptions: readonly ListedExemption[]): void {
  startRemovals({ title: `Remove ${plural(exemptions.length, 'exemption')}`, items: exemptions.map(itemOf) });
}

function itemOf({ id, rule, scope }: ListedExemption) {
  return { id, label: `${rule} on ${scopeText(scope)}` };
}
