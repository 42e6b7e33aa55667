/** GET /overview: the same numbers as the lists and the history, in one answer. */
import { describe, expect, it } from 'vitest';
import { getOverview, overviewAnswer } from '../../../src/api/endpoints/overview.ts';
import { DAY_MS, timeAfter } from '../../../src/domain/resources/durations.ts';
import { apiDeps, NOW } from '../../fakes/api-deps.ts';
import { tracedDeps } from '../../fakes/wrappers/watched.ts';
import { ask, principal, serviceOf, statusAndCode } from '../ask.ts';
import { approval, finding, GROUP } from '../samples.ts';

const soon = (days: number) => timeAfter(NOW, days * DAY_MS).toISOString();
const OTHER = `${GROUP}-2/providers/Microsoft.Web/sites/other`;

function service() {
  const deps = apiDeps();
  const held = { action: 'hold', until: null, reasons: [{ code: 'budget', text: '' }], ceilings: [] } as const;
  deps.stored.findings.push(
    finding({ rule: 'webapp-min-tls', verdict: 'violation', severity: 'high', decision: held }),
    finding({ rule: 'webapp-https-only', verdict: 'compliant', decision: null }),
    finding({
      ...{ rule: 'webapp-min-tls', verdict: 'violation', severity: 'critical' },
      resource: { id: OTHER, type: 'Microsoft.Web/sites', name: 'other' },
    }),
  );
  for (const one of [
    approval({ id: 'a1', requestedAt: soon(-3), expiresAt: soon(0.5) }),
    approval({ id: 'a2', requestedAt: soon(-1), expiresAt: soon(6) }),
    approval({ id: 'a3', status: 'blocked' }),
    approval({ id: 'a4', status: 'applied' }),
    approval({ id: 'a5', resource: { id: OTHER, type: 'Microsoft.Web/sites', name: 'other' }, status: 'unknown' }),
  ]) {
    deps.stored.approvals.set(one.id, { value: one, version: 1 });
  }
  return serviceOf(deps);
}

async function overview(query = '') {
  const answer = await ask(getOverview, service(), { query, as: principal(['Reader']) });
  expect(answer.status).toBe(200);
  return overviewAnswer.parse(answer.body);
}

describe('GET /overview', () => {
  it('counts what fails by rule, app and resource group, and what waits', async () => {
    const { findings, approvals, history } = await overview();
    expect(findings.rules.map(({ key, byVerdict }) => [key, byVerdict.violation])).toEqual([
      ['webapp-min-tls', 2],
      ['webapp-https-only', 0],
    ]);
    expect(findings.resources.map(({ key, bySeverity }) => [key, bySeverity.critical])).toEqual([
      [finding().resource.id, 0],
      [OTHER, 1],
    ]);
    expect(findings.resourceGroups.map(({ key }) => key)).toEqual([GROUP, `${GROUP}-2`]);
    expect(findings.held).toBe(1);
    expect(approvals).toEqual({ pending: 2, oldestAt: soon(-3), expiring: 1, blocked: 2 });
    expect(Object.keys(history)).toHaveLength(6);
  });

  it('reads once what several metrics share', async () => {
    const trace: string[] = [];
    expect((await ask(getOverview, serviceOf(tracedDeps(apiDeps(), trace)))).status).toBe(200);
    const reads = trace.filter((name) => name.startsWith('history.')).sort();
    const level = 'history.readLevels';
    expect(reads).toEqual(['history.readFlowDays', 'history.readHappened', level, level, level, 'history.readRan']);
  });

  it('is about a scope', async () => {
    const { findings, approvals } = await overview(`?scope=${GROUP}-2`);
    expect(findings.resources.map(({ key }) => key)).toEqual([OTHER]);
    expect([findings.held, approvals.pending, approvals.blocked]).toEqual([0, 0, 1]);
  });

  it.each(['?scope=shop', '?from=soon', `?from=${soon(1)}`, '?metric=fixes'])('%s is 400', async (query) => {
    expect(statusAndCode(await ask(getOverview, service(), { query }))).toBe('400 invalid');
  });
});
