/** `plumbline snapshot`: what a scan reads, as a snapshot file. */
import * as z from 'zod';
import { snapshotFileOf } from '../../domain/changes/snapshot-file.ts';
import type { Context } from '../framework/context.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { printable } from '../framework/printable.ts';
import { collect } from '../scan/collect.ts';
import { unreadIn } from '../scan/read-resource.ts';
import { collectOptions } from './collect-input.ts';
import { type Connection, connect } from './connect.ts';
import type { SelectionInput } from './options.ts';
import { createProgress } from './progress.ts';
import { checkOutput, writeOutput } from './write-output.ts';

/** What is kept of a resource until the file is written. */
const kept = z.object({
  snapshot: z.unknown(),
  name: z.string(),
  unread: z.array(z.object({ document: z.string(), why: z.string() })),
});

/** Without a profile it reads what all rules need, so that the file can be evaluated by any settings. */
export async function run(context: Context, input: SelectionInput, connection: Connection = {}): Promise<ExitCode> {
  const { stderr, clock } = context;
  checkOutput(input.out);
  const progress = createProgress(stderr, clock.now);
  const collected = await (async () => {
    const around = await connect(context, progress, connection);
    const options = collectOptions('snapshot', input, around.rules);
    const isWhole = options.profile === null && options.settings === null && input.resume === undefined;
    return collect(isWhole ? { ...options, profile: 'strict' } : options, around, (snapshot) => ({
      snapshot: snapshotFileOf(snapshot),
      name: snapshot.resource.name,
      unread: unreadIn(snapshot),
    }));
  })().finally(() => progress.end());
  const { spool, resources, incomplete } = collected;
  const items = function* () {
    for (const item of spool.items(resources.map(({ key }) => key))) yield kept.parse(item);
  };
  try {
    await writeOutput(context, input.out, snapshotLines(items()));
    let unread = incomplete.length;
    for (const scope of incomplete) stderr.write(`Resource Graph listed other resources of ${scope} than it counts.\n`);
    for (const one of items()) {
      for (const { document, why } of one.unread) {
        unread += 1;
        stderr.write(`${printable(`Not read: ${document} of ${one.name}: ${why}`)}\n`);
      }
    }
    spool.discard();
    return unread > 0 && !input.allowUnread ? 3 : 0;
  } catch (error) {
    stderr.write(`What was read is kept. Go on with: plumbline snapshot --resume ${spool.keep()}\n`);
    throw error;
  }
}

function* snapshotLines(items: Iterable<z.infer<typeof kept>>): Generator<string> {
  let separator = '[\n';
  for (const { snapshot } of items) {
    yield `${separator}${JSON.stringify(snapshot)}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}
