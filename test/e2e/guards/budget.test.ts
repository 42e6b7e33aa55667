import { expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { staff } from '../fixtures/callers.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada } = people;
const unsafe = { site: { httpsOnly: false } };
const [first, second, third] = [
  rightWebApp('first', unsafe),
  rightWebApp('second', unsafe),
  rightWebApp('third', unsafe),
];
const plumbline = usePlumbline({ resources: [first, second, third] });

test('guarantee 11: fixes beyond the limit are held until there is a place, also after a restart', async () => {
  const operator = plumbline.as(staff.operator, 'Operator');
  await operator.putSettings({ mode: 'autofix', limits: { fixesPerHour: 1 } });
  await plumbline.change(ada, first.id, 'resource', touched);
  await plumbline.atRest(first.id);
  await plumbline.change(ada, second.id, 'resource', touched);
  await plumbline.atRest(second.id);
  await plumbline.dev.restart();
  await plumbline.change(ada, third.id, 'resource', touched);
  await plumbline.atRest(third.id);

  expect([first, second, third].map(({ id }) => plumbline.writes(id))).toEqual([['PATCH resource'], [], []]);
  for (const { id } of [second, third]) {
    const decision = (await plumbline.findings(id)).get('webapp-https-only')?.decision;
    expect(decision).toMatchObject({ action: 'hold', reasons: [{ code: 'budget' }] });
    expect(Date.parse(decision?.until ?? '')).toBeGreaterThan(Date.now() + 50 * 60_000);
  }
  expect(plumbline.lines.filter((line) => line.includes('further ones are held'))).toHaveLength(1);

  await operator.putSettings({ mode: 'autofix', limits: { fixesPerHour: 2 } });
  await plumbline.housekeep();
  await eventually('the fix that waited longest', () => plumbline.writes(second.id).length === 1);
  await plumbline.atRest(second.id);
  expect(plumbline.writes(third.id)).toEqual([]);
});
