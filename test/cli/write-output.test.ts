/** Reports on standard output: as fast as they are read, and no faster. */
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { writeOutput } from '../../src/cli/estate/write-output.ts';
import { outputOn } from '../../src/cli/framework/context.ts';

const PIECE = 'x'.repeat(1000);

function slowReader() {
  const stream = new PassThrough({ highWaterMark: 2000 });
  const interruption = new AbortController();
  let made = 0;
  const pieces = function* () {
    for (; made < 100; made += 1) yield PIECE;
  };
  const around = { stdout: outputOn(stream, {}), signal: interruption.signal };
  return { stream, interruption, made: () => made, written: writeOutput(around, undefined, pieces()) };
}

it('a reader that is behind is waited for, so a report does not gather in memory', async () => {
  const { stream, made, written } = slowReader();
  await new Promise((resolve) => setImmediate(resolve));
  expect(made()).toBeLessThan(10);
  let read = 0;
  stream.on('data', (piece: Buffer) => {
    read += piece.length;
  });
  await written;
  expect(read).toBe(100 * PIECE.length);
});

it('Ctrl-C ends the wait', async () => {
  const { interruption, made, written } = slowReader();
  interruption.abort();
  await expect(written).rejects.toThrow('aborted');
  expect(made()).toBeLessThan(10);
});
