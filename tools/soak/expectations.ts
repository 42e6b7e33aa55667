/** Compares what a fresh read of each app requires with its findings and approvals. */
import { isDeepStrictEqual } from 'node:util';
import { approvalAnswer } from '../../src/api/endpoints/approvals/schemas.ts';
import { findingAnswer } from '../../src/api/endpoints/findings/schemas.ts';
import type { Api } from './api.ts';
import type { SoakApp } from './apps.ts';
import type { ExpectedDecisions } from './expected-decisions.ts';

export interface ExpectationResult {
  /** App, rule and reason of everything that does not meet an expectation. */
  readonly unmet: readonly string[];
  /** How many violations wait for an approval, as expected. */
  readonly queued: number;
}

/**
 * Safe violations are gone. A violation that needs an approval has one pending approval of exactly these changes; there are no
 * others. What may not be written is reported. The findings of the service agree with a fresh read.
 */
export async function checkExpectations(
  apps: readonly SoakApp[],
  expected: ExpectedDecisions,
  api: Api,
): Promise<ExpectationResult> {
  const findings = await api.list('/findings', findingAnswer);
  const approvals = await api.list('/approvals?status=pending', approvalAnswer);
  const found = new Map(findings.map((one) => [keyOf(one.resource.id, one.rule), one]));
  const pending = new Map<string, (typeof approvals)[number][]>();
  for (const one of approvals) {
    const key = keyOf(one.resource.id, one.rule.id);
    pending.set(key, [...(pending.get(key) ?? []), one]);
  }
  const unmet: string[] = [];
  let queued = 0;
  for (const [app, decisions] of await expected.at(apps)) {
    for (const { rule, verdict, action, changes } of decisions) {
      const key = keyOf(app.id, rule.id);
      const waits = pending.get(key) ?? [];
      pending.delete(key);
      const reported = found.get(key);
      const fail = (what: string) => unmet.push(`${key}: ${what}`);
      if (action === 'fix')
        fail(`is still a violation (${JSON.stringify(changes)}); the service reports ${JSON.stringify(reported)}`);
      else if (reported?.verdict !== verdict)
        fail(`is ${verdict}; the service reports ${reported?.verdict ?? 'nothing'}`);
      else if (action !== null && reported.decision?.action !== action)
        fail(`must be decided as ${action} and is ${reported.decision?.action}`);
      if (action !== 'queue' && waits.length > 0) fail('needs no approval, and one is pending');
      if (action !== 'queue') continue;
      queued++;
      if (waits.length !== 1 || !isDeepStrictEqual(waits[0]?.changes, changes))
        fail(`needs an approval of ${JSON.stringify(changes)}; pending are ${JSON.stringify(waits)}`);
    }
  }
  return {
    unmet: [...unmet, ...[...pending.keys()].map((key) => `${key}: an approval without a violation`)],
    queued,
  };
}

function keyOf(id: string, rule: string): string {
  return `${id.toLowerCase()} ${rule}`;
}
