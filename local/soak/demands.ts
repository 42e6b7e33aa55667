/** What a fresh read of each app demands, held against how the app ended and what the service says about it. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Api } from './api.ts';
import type { SoakApp } from './apps.ts';
import type { FreshLook } from './fresh-look.ts';

export interface Demands {
  /** Each app, rule and reason where something is not as it must be. */
  readonly unmet: readonly string[];
  /** How many violations wait for a person, as they must. */
  readonly queued: number;
}

/**
 * Safe violations are gone; what needs a person is a pending approval of exactly these changes, and there is no other; what
 * nobody may write is reported. The findings of the service say the same as a fresh read.
 */
export async function demandsOf(apps: readonly SoakApp[], look: FreshLook, api: Api): Promise<Demands> {
  const findings = await api.list('/findings', finding);
  const approvals = await api.list('/approvals?status=pending', approval);
  const found = new Map(findings.map((one) => [keyOf(one.resource.id, one.rule), one]));
  const pending = new Map<string, (typeof approvals)[number][]>();
  for (const one of approvals) {
    const key = keyOf(one.resource.id, one.rule.id);
    pending.set(key, [...(pending.get(key) ?? []), one]);
  }
  const unmet: string[] = [];
  let queued = 0;
  for (const [app, demands] of await look.at(apps)) {
    for (const { rule, verdict, wanted, changes } of demands) {
      const key = keyOf(app.id, rule.id);
      const waits = pending.get(key) ?? [];
      pending.delete(key);
      const says = found.get(key);
      const tell = (what: string) => unmet.push(`${key}: ${what}`);
      if (wanted === 'fix')
        tell(`is still wrong (${JSON.stringify(changes)}); the service says ${JSON.stringify(says)}`);
      else if (says?.verdict !== verdict) tell(`is ${verdict}, and the service says ${says?.verdict ?? 'nothing'}`);
      else if (wanted !== null && says.decision?.action !== wanted)
        tell(`must end as ${wanted} and is ${says.decision?.action}`);
      if (wanted !== 'queue' && waits.length > 0) tell('nothing is to be asked, and an approval is pending');
      if (wanted !== 'queue') continue;
      queued++;
      if (waits.length !== 1 || !isDeepStrictEqual(waits[0]?.changes, changes))
        tell(`a person must be asked about ${JSON.stringify(changes)}, and is asked ${JSON.stringify(waits)}`);
    }
  }
  return {
    unmet: [...unmet, ...[...pending.keys()].map((key) => `${key}: an approval that nothing calls for`)],
    queued,
  };
}

const change = z.object({ document: z.string(), path: z.string(), from: z.unknown(), to: z.unknown() });
const resource = z.object({ id: z.string() });
const finding = z.object({
  resource,
  rule: z.string(),
  verdict: z.string(),
  decision: z.object({ action: z.string(), reasons: z.unknown() }).nullable(),
});
const approval = z.object({ resource, rule: z.object({ id: z.string() }), changes: z.array(change) });

function keyOf(id: string, rule: string): string {
  return `${id.toLowerCase()} ${rule}`;
}
