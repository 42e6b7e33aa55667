import { expect, test } from 'vitest';
import {
  endedCount,
  newJob,
  nextPart,
  openRows,
  progressText,
  withResults,
} from '../../../../src/console/ui/jobs/model.ts';

const items = Array.from({ length: 250 }, (_, index) => ({
  id: `i${index}`,
  label: `item ${index}`,
  data: `d${index}`,
}));
const job = newJob({ id: 'j', kind: 'k', title: 't', data: {} }, items);

test('parts have 100 items, in order, and each item is sent once', () => {
  const sizes: number[] = [];
  let now = job;
  for (let part = nextPart(now); part.length > 0; part = nextPart(now)) {
    sizes.push(part.length);
    now = withResults(
      now,
      part.map(({ id }) => ({ id, state: 'accepted' })),
    );
  }
  expect(sizes).toEqual([100, 100, 50]);
  expect(openRows(now)).toHaveLength(250);
});

test('results replace state and reason, and those of other items change nothing', () => {
  const first = withResults(job, [
    { id: 'i0', state: 'refused', text: 'moved' },
    { id: 'other', state: 'done' },
  ]);
  expect(first.rows[0]).toEqual({ id: 'i0', label: 'item 0', data: 'd0', state: 'refused', text: 'moved' });
  expect(first.rows).toHaveLength(250);
  expect(withResults(first, [{ id: 'i0', state: 'done' }]).rows[0]).not.toHaveProperty('text');
});

test('progress counts every state in words', () => {
  const states = ['done', 'done', 'accepted', 'held', 'refused', 'failed'] as const;
  const some = newJob({ id: 'j', kind: 'k', title: 't', data: {} }, items.slice(0, 7));
  const now = withResults(
    some,
    states.map((state, index) => ({ id: `i${index}`, state })),
  );
  expect(progressText(now, 'applied')).toBe(
    '2 of 7 applied · 1 in progress · 1 on hold · 1 refused · 1 failed · 1 to send',
  );
  expect(endedCount(now)).toBe(4);
});
