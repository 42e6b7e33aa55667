import { describe, expect, it } from 'vitest';
import { createMemory, forgetting } from '../../../src/storage/table/memory.ts';

/** A memory of 5 s whose values are numbered by their loads. */
function memoryAt(seconds = 5) {
  const clock = { now: new Date('2026-03-01T12:00:00.000Z') };
  const memory = createMemory<number>({ seconds, now: () => clock.now });
  let loads = 0;
  const load = async () => {
    loads += 1;
    return loads;
  };
  const advance = (milliseconds: number) => {
    clock.now = new Date(clock.now.getTime() + milliseconds);
  };
  return { memory, load, advance, loads: () => loads };
}

describe('a value that a process remembers', () => {
  it('is loaded once within its time, also by many at once', async () => {
    const { memory, load, advance } = memoryAt();
    expect(await Promise.all([memory.recall('a', load), memory.recall('a', load)])).toEqual([1, 1]);
    advance(4999);
    expect(await memory.recall('a', load)).toBe(1);
    expect(await memory.recall('b', load)).toBe(2);
    advance(1);
    expect(await memory.recall('a', load)).toBe(3);
  });

  it('is not remembered when its time is 0', async () => {
    const { memory, load } = memoryAt(0);
    expect([await memory.recall('a', load), await memory.recall('a', load)]).toEqual([1, 2]);
  });

  it('is loaded again when the clock was set back', async () => {
    const { memory, load, advance } = memoryAt();
    await memory.recall('a', load);
    advance(-3_600_000);
    expect(await memory.recall('a', load)).toBe(2);
  });

  it('is the value of the last load, whoever asked for it', async () => {
    const { memory, load } = memoryAt();
    await memory.recall('a', load);
    expect(await memory.refresh('a', load)).toBe(2);
    expect(await memory.recall('a', load)).toBe(2);
  });

  it('is forgotten after a write, whether it failed or not, also when it was loaded during the write', async () => {
    const { memory, load } = memoryAt();
    await memory.recall('a', load);
    await forgetting(memory, () => memory.recall('a', load));
    expect(await memory.recall('a', load)).toBe(2);
    await expect(forgetting(memory, () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
    expect(await memory.recall('a', load)).toBe(3);
  });

  it('is not a failure: the next one loads again', async () => {
    const { memory, load } = memoryAt();
    await expect(memory.recall('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await memory.recall('a', load)).toBe(1);
  });

  it('is one of a bounded number', async () => {
    const { memory, load, loads } = memoryAt();
    for (let key = 0; key < 1001; key += 1) await memory.recall(String(key), load);
    expect(await memory.recall('1000', load)).toBe(1001);
    await memory.recall('0', load);
    expect(loads()).toBe(1002);
  });
});
