/** The heap of the local host has the same limit however it is started. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { HEAP_FLAGS } from '../../../dev/functions-host/heap.ts';

test('npm run host names the flags of the development environment', () => {
  const { scripts } = z
    .object({ scripts: z.object({ host: z.string() }) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  expect(scripts.host).toContain(`node ${HEAP_FLAGS.join(' ')} --import`);
});
