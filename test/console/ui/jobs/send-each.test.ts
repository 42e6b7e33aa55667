/** One request for each item. */
import { expect, test } from 'vitest';
import { ApiError } from '../../../../src/console/api/client.ts';
import { resultOf, sendEach } from '../../../../src/console/ui/jobs/send-each.ts';

const items = ['a', 'b', 'c'].map((id) => ({ id, label: id }));

test('a refusal is the result of its item, and the others go on', async () => {
  const send = async ({ id }: { id: string }) => {
    if (id === 'a') throw new ApiError(404, { detail: 'It is gone.' });
    if (id === 'b') throw new ApiError(400, { detail: 'It is too late.' });
  };
  expect(await sendEach(items, send, ({ status }) => status === 404)).toEqual([
    { id: 'a', state: 'done' },
    { id: 'b', state: 'refused', text: 'It is too late.' },
    { id: 'c', state: 'done' },
  ]);
});

test.each([0, 401, 503])('status %i stops, so that the job can go on later', async (status) => {
  const sent: string[] = [];
  const send = async ({ id }: { id: string }) => {
    sent.push(id);
    if (id === 'b') throw new ApiError(status, {});
  };
  await expect(sendEach(items, send)).rejects.toMatchObject({ status });
  expect(sent).toEqual(['a', 'b']);
});

test.each([
  [{ status: 201 }, { state: 'done' }],
  [
    { status: 400, problem: { detail: 'It is no rule.' } },
    { state: 'refused', text: 'It is no rule.' },
  ],
  [
    { status: 503, problem: { title: 'Busy' } },
    { state: 'failed', text: 'Busy' },
  ],
  [{ status: 409 }, { state: 'refused', text: 'No reason was given.' }],
])('of an answer for many, %o is %o', (answer, result) => {
  expect(resultOf('a', answer)).toEqual({ id: 'a', ...result });
});
