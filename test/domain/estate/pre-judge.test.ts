import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { preJudge } from '../../../src/domain/estate/pre-judge.ts';
import { evaluate } from '../../../src/domain/rules/evaluate.ts';
import { defaultRules } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';
import { snapshots } from '../../property/generated-documents.ts';
import { rowsOf, SPELLINGS } from './answered-rows.ts';

const NOW = new Date('2026-01-15T12:00:00Z');

describe('on any documents', () => {
  test('a verdict by true rows is that of the documents', () => {
    const judged = new Map<string, number>();
    const bad: string[] = [];
    fc.assert(
      fc.property(snapshots, fc.constantFrom(...SPELLINGS), (snapshot, spelling) => {
        const effective = defaultRules(rules, snapshot.resource, {});
        const verdicts = new Map(evaluate(snapshot, effective, NOW).map(({ rule, verdict }) => [rule.id, verdict]));
        const found = preJudge(
          snapshot.resource,
          rowsOf(snapshot, spelling),
          { rules: effective, isEvidence: () => true },
          NOW,
        );
        for (const one of found) {
          if (one.status !== 'judged') {
            judged.set(
              `${one.rule.id} ${one.status} ${one.needs}`,
              (judged.get(`${one.rule.id} ${one.status} ${one.needs}`) ?? 0) + 1,
            );
            continue;
          }
          judged.set(one.rule.id, (judged.get(one.rule.id) ?? 0) + 1);
          if (one.verdict !== verdicts.get(one.rule.id))
            bad.push(`${one.rule.id} row ${one.verdict} arm ${verdicts.get(one.rule.id)}`);
        }
      }),
      { numRuns: 1000 },
    );
    const counts = new Map<string, number>();
    for (const b of bad) counts.set(b, (counts.get(b) ?? 0) + 1);
    console.log([...counts].join('\n'));
    console.log('---');
    console.log(
      [...judged]
        .filter(([k]) => k.includes(' '))
        .map(([k, v]) => `${k} ${v}`)
        .sort()
        .join('\n'),
    );
    console.log(
      rules
        .filter(({ id }) => !judged.has(id))
        .map(({ id }) => id)
        .join(' '),
    );
    expect(bad).toEqual([]);
  });
});
