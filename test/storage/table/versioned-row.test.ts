/** A step is repeated while other writers are faster, a limited number of times. */
import { expect, test } from 'vitest';
import { repeatUntilWritten } from '../../../src/storage/table/versioned-row.ts';
import { ConflictError, StorageUnavailable } from '../../../src/workflows/ports/storage.ts';

/** A step that is outrun so many times. */
function outrun(times: number) {
  let attempts = 0;
  return async () => {
    attempts += 1;
    return attempts > times ? attempts : null;
  };
}

test('it is repeated until it returns a result', async () => {
  expect(await repeatUntilWritten('write', outrun(4))).toBe(5);
});

test('it waits before each repetition, and not before the first attempt', async () => {
  const pauses: number[] = [];
  const pause = async (attempt: number) => void pauses.push(attempt);
  expect(await repeatUntilWritten('write', outrun(2), { pause })).toBe(3);
  expect(pauses).toEqual([1, 2]);
});

test('after the last attempt it fails, and says what could not be done', async () => {
  const failing = repeatUntilWritten('write the row', outrun(5));
  await expect(failing).rejects.toThrow(StorageUnavailable);
  await expect(failing).rejects.toThrow('could not write the row: other writers were faster');
});

test('its caller chooses the number of attempts and the error', async () => {
  const failing = repeatUntilWritten('write', outrun(2), { attempts: 2, failure: ConflictError });
  await expect(failing).rejects.toThrow(ConflictError);
  expect(await repeatUntilWritten('write', outrun(2), { attempts: 3, failure: ConflictError })).toBe(3);
});
