/** Changes of many exemptions, followed in the panel of jobs. */
import { call } from '../../api/client.ts';
import { eachOf } from '../../api/each-of.ts';
import type { ListedExemption } from '../../api/types.ts';
import { plural } from '../../ui/format/words.ts';
import { defineJob } from '../../ui/jobs/jobs.ts';
import { type ItemAnswer, resultOf, sendEach } from '../../ui/jobs/send-each.ts';
import { scopeText } from '../../ui/scope/scope.ts';
import type { ExemptionRequest } from './exemption-form.ts';
import { leftToGrant } from './grant.ts';

const startGrants = defineJob({
  kind: 'exempt',
  done: 'exempt',
  async run(part) {
    const ids = new Map(part.map(({ id, data = '{}' }): [ExemptionRequest, string] => [JSON.parse(data), id]));
    // After a reload a part may be sent again, so what is granted already is left out; without a result it counts as done.
    const items = leftToGrant([...ids.keys()], await grantedLike([...ids.keys()]));
    if (items.length === 0) return [];
    const { body } = await call<{ items: readonly ItemAnswer[] }>('/exemptions', { method: 'POST', body: { items } });
    return items.flatMap((request, index) => {
      const [id, answer] = [ids.get(request), body.items[index]];
      return id !== undefined && answer ? [resultOf(id, answer)] : [];
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
  };
  for await (const exemption of eachOf<ListedExemption>('/exemptions', query)) found.push(exemption);
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
