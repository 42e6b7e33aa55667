import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/domain/decisions/finding.ts';
import type { FindingQuery, Findings } from '../../../src/workflows/ports/findings.ts';
import { useAccount } from '../azurite.ts';
import { app, finding, SUBSCRIPTION, time } from '../samples.ts';

const account = useAccount();
const group = (name: string): FindingQuery => ({ resource: `${SUBSCRIPTION}/resourceGroups/${name}` });

describe('the list of findings', () => {
  it('is newest first and filtered by verdict, resource, rule, severity and decision', async () => {
    const { findings } = account.open();
    const at = (name: string) => app(name, 'filters');
    const some = [
      finding(at('shop'), 'rule-a', { since: time(1) }),
      finding(at('shop'), 'rule-b', { since: time(3), verdict: 'compliant', decision: null }),
      finding(at('shop/slots/next'), 'rule-a', { since: time(2), severity: 'low' }),
      finding(at('shopping'), 'rule-a', {
        since: time(4),
        decision: { action: 'fix', until: null, reasons: [], ceilings: [] },
      }),
    ];
    for (const name of ['shop', 'shop/slots/next', 'shopping']) {
      await findings.replace(
        at(name),
        some.filter(({ resource }) => resource.id === at(name).id),
      );
    }
    const [a, b, slot, shopping] = some;
    expect(await all(findings, group('filters'))).toEqual([shopping, b, slot, a]);
    expect(await all(findings, { resource: at('SHOP').id })).toEqual([b, slot, a]);
    expect(await all(findings, { ...group('filters'), rule: 'rule-a', severity: 'high' })).toEqual([shopping, a]);
    expect(await all(findings, { ...group('filters'), verdict: 'compliant' })).toEqual([b]);
    expect(await all(findings, { ...group('filters'), decision: 'fix' })).toEqual([shopping]);
  });

  it('separates findings held without a known end, or evaluated before a time, from findings that wait', async () => {
    const { findings } = account.open();
    const of = app('one', 'held');
    const held = (rule: string, until: string | null, evaluatedAt: string) =>
      finding(of, rule, { evaluatedAt, decision: { action: 'hold', until, reasons: [], ceilings: [] } });
    await findings.replace(of, [
      held('stopped', null, time(9)),
      held('frozen', time(50), time(9)),
      held('frozen-early', time(50), time(1)),
    ]);
    const rules = async (openEndedOrBefore: string) =>
      (await all(findings, { ...group('held'), decision: 'hold', openEndedOrBefore })).map(({ rule }) => rule).sort();
    expect(await rules('')).toEqual(['stopped']);
    expect(await rules(time(5))).toEqual(['frozen-early', 'stopped']);
  });

  it('holds exactly the last findings of a resource after each change', async () => {
    const { findings } = account.open();
    const of = app('one', 'moves');
    const rounds: Finding[][] = [
      [finding(of, 'a'), finding(of, 'b')],
      [finding(of, 'a', { since: time(5), verdict: 'compliant' }), finding(of, 'b', { evaluatedAt: time(5) })],
      [finding(of, 'b', { evaluatedAt: time(9) }), finding(of, 'c', { since: time(9) })],
      [],
      [finding(of, 'a', { since: time(20) })],
    ];
    for (const round of rounds) {
      await findings.replace(of, round);
      expect(sorted(await all(findings, group('moves')))).toEqual(sorted(round));
    }
  });

  it('has no outdated finding when the state of the resource was lost in a crash', async () => {
    const { findings } = account.open();
    const of = app('one', 'crash');
    await findings.replace(of, [finding(of, 'a', { since: time(1) })]);
    await findings.replace(of, [finding(of, 'a', { since: time(2) })]);
    expect((await all(findings, group('crash'))).map(({ since }) => since)).toEqual([time(2)]);
  });

  it('takes more findings than one transaction holds, all of them changed', async () => {
    const { findings } = account.open();
    const of = app('one', 'many');
    const many = (since: string) => Array.from({ length: 130 }, (_, n) => finding(of, `rule-${n}`, { since }));
    await findings.replace(of, many(time(1)));
    await findings.replace(of, many(time(2)));
    const listed = await all(findings, group('many'));
    expect(listed.length).toBe(130);
    expect(new Set(listed.map(({ since }) => since))).toEqual(new Set([time(2)]));
  });

  it.each([
    ['few, in the filter', 9, 9, 1],
    ['more than a filter compares, selected after reading', 40, 9, 3],
  ])('gives all findings of a set of rules (%s)', async (_, wanted, limit, requests) => {
    const { findings } = account.open();
    const of = app('one', `set-of-${wanted}`);
    await findings.replace(
      of,
      Array.from({ length: 120 }, (__, n) => finding(of, `rule-${n}`, { since: time(n) })),
    );
    const rules = Array.from({ length: wanted }, (__, n) => `rule-${n * 3}`);
    const query = { resource: of.id, rules };
    account.requests();
    const first = await findings.list(query, { limit, after: null });
    expect(account.requests().table).toBeLessThanOrEqual(requests);
    expect(first.items.length).toBeGreaterThan(0);
    const seen = (await all(findings, query)).map(({ rule }) => rule);
    expect(seen).toEqual([...rules].reverse());
    expect(await all(findings, { ...query, rule: 'rule-3' })).toHaveLength(1);
    expect(await all(findings, { ...query, rule: 'rule-1' })).toEqual([]);
    expect(await all(findings, { ...query, rules: [] })).toEqual([]);
  });

  it('has the findings of one of two concurrent writers, never a mixture', async () => {
    const of = app('one', 'race');
    const writers = [account.open().findings, account.open().findings];
    const rounds = writers.map((_, n) => ['a', 'b', 'c'].map((rule) => finding(of, `${rule}${n}`, { since: time(n) })));
    await Promise.all(writers.map((one, n) => one.replace(of, rounds[n] ?? [])));
    const rules = (await all(account.open().findings, group('race'))).map(({ rule }) => rule).sort();
    expect([
      ['a0', 'b0', 'c0'],
      ['a1', 'b1', 'c1'],
    ]).toContainEqual(rules);
  });

  it('costs three requests: the key row and the shard, which are read together, and a transaction', async () => {
    const { findings } = account.open();
    const of = app('one', 'cost');
    const many = (more: Partial<Finding> = {}) => Array.from({ length: 12 }, (_, n) => finding(of, `rule-${n}`, more));
    await findings.replace(of, [finding(of, 'a')]);
    account.requests();
    await findings.replace(of, many());
    expect(account.requests().table).toBe(3);
    await findings.replace(of, many({ since: time(1), evaluatedAt: time(1), reason: 'Another reason.' }));
    expect(account.requests().table).toBe(3);
  });
});

async function all(findings: Findings, query: FindingQuery): Promise<Finding[]> {
  const found: Finding[] = [];
  let after: string | null = null;
  do {
    const page = await findings.list(query, { limit: 7, after });
    found.push(...page.items);
    after = page.next;
  } while (after !== null);
  return found;
}

function sorted(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => (a.rule < b.rule ? -1 : 1));
}
