/** The filter by benchmark, over the stores in memory and over real tables. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listFindings } from '../../../../src/api/endpoints/findings/findings.ts';
import { listRules } from '../../../../src/api/endpoints/rules.ts';
import type { Reference } from '../../../../src/domain/rules/rule.ts';
import { rules as allRules } from '../../../../src/rules/index.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import { ACCOUNT_NOW, useAccount } from '../../../storage/azurite.ts';
import { app, finding as storedFinding } from '../../../storage/samples.ts';
import { ask, serviceOf, statusAndCode } from '../../ask.ts';
import { finding } from '../../samples.ts';

const [example] = apiDeps().rules;
if (!example) throw new Error('there are rules');
const ruleOf = (id: string, ...references: Reference[]) => ({ ...example, id, references });
const deps = {
  ...apiDeps(),
  rules: [
    ruleOf('rule-a', { source: 'MCSB', id: 'DP-3' }, { source: 'CIS Foundations 3.0', id: '9.1' }),
    ruleOf('rule-b', { source: 'MCSB', id: 'IM-1' }, { source: 'CIS Foundations 2.1', id: '9.1' }),
    ruleOf('rule-c', { source: 'Azure Policy (slots)', id: 'ae1b9a8c-dfce-4605-bd91-69213b4a26fc' }),
  ],
};
deps.stored.findings.push(...['rule-a', 'rule-b', 'rule-c', 'rule-gone'].map((rule) => finding({ rule })));

describe.each([
  ['rules', listRules, 'id'],
  ['findings', listFindings, 'rule'],
] as const)('GET /%s?benchmark=', (_, call, key) => {
  const idsOf = async (query: string) => {
    const { body } = await ask(call, serviceOf(deps), { query });
    return z
      .array(z.looseObject({}))
      .parse(body.items)
      .map((item) => item[key]);
  };

  it.each([
    ['MCSB', ['rule-a', 'rule-b']],
    ['mcsb dp-3', ['rule-a']],
    ['CIS Foundations', ['rule-a', 'rule-b']],
    ['CIS Foundations 3.0', ['rule-a']],
    ['Azure Policy', ['rule-c']],
    ['azure policy AE1B9A8C-dfce-4605-bd91-69213b4a26fc', ['rule-c']],
  ])('has the items of %s', async (benchmark, ids) => {
    expect(await idsOf(`?benchmark=${encodeURIComponent(benchmark)}`)).toEqual(ids);
  });

  it.each(['SOC', 'MCSB DP-9', '', '%20', 'CIS%20Foundations%204.0'])(
    '%s is 400 with the known benchmarks',
    async (query) => {
      const answer = await ask(call, serviceOf(deps), { query: `?benchmark=${query}` });
      expect(statusAndCode(answer)).toBe('400 invalid');
      expect(answer.body.errors).toEqual([
        {
          parameter: 'benchmark',
          detail: 'no rule refers to it; there are Azure Policy, CIS Foundations 2.1, CIS Foundations 3.0, MCSB',
        },
      ]);
    },
  );

  it('a cursor belongs to its benchmark', async () => {
    const { body } = await ask(call, serviceOf(deps), { query: '?benchmark=MCSB&limit=1' });
    const cursor = encodeURIComponent(String(body.nextCursor));
    expect(await idsOf(`?benchmark=MCSB&limit=1&cursor=${cursor}`)).toEqual(['rule-b']);
    const other = await ask(call, serviceOf(deps), { query: `?benchmark=CIS+Foundations&limit=1&cursor=${cursor}` });
    expect(statusAndCode(other)).toBe('400 bad-cursor');
  });
});

describe('over real tables, with all rules', () => {
  const account = useAccount();
  const inFamily = (name: string) =>
    allRules.filter(({ references }) => references.some(({ source }) => source.startsWith(name))).map(({ id }) => id);

  it.each(['MCSB', 'CIS Foundations 3.0', 'Azure Policy'])('the pages of %s have all of its findings', async (name) => {
    const { findings, counts } = account.open();
    // Until housekeeping has run once, the brief list is not known to be complete.
    await counts.repair(ACCOUNT_NOW);
    const service = serviceOf({ ...deps, rules: allRules, findings });
    const of = app('one', 'benchmarks');
    await findings.replace(
      of,
      allRules.map(({ id }) => storedFinding(of, id)),
    );
    const seen: unknown[] = [];
    for (let cursor = ''; ; ) {
      account.requests();
      const query = `?benchmark=${encodeURIComponent(name)}&limit=4${cursor}`;
      const { status, body } = await ask(listFindings, service, { query });
      expect(status).toBe(200);
      expect(account.requests().table).toBeLessThanOrEqual(3);
      seen.push(
        ...z
          .array(z.looseObject({ rule: z.string() }))
          .parse(body.items)
          .map(({ rule }) => rule),
      );
      if (body.nextCursor === undefined) break;
      cursor = `&cursor=${encodeURIComponent(String(body.nextCursor))}`;
    }
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.sort()).toEqual(inFamily(name).sort());
  });
});
