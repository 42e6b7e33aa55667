/** `plumbline evaluate`. */
import { readFileSync } from 'node:fs';
import { rules } from '../../rules/index.ts';
import type { Context } from '../framework/context.ts';
import { invalidInput, messageOf } from '../framework/failure.ts';
import { evaluateSnapshots } from './evaluate-snapshots.ts';

interface Input {
  readonly file: string;
  readonly settings: string | undefined;
}

export async function run(
  { stdout, stdin, environment, clock }: Context,
  { file, settings }: Input,
): Promise<undefined> {
  if (file === '-' && settings === '-') throw invalidInput('only one of the two files can be -');
  const piped = file === '-' || settings === '-' ? await textOf(stdin.stream) : '';
  try {
    const findings = evaluateSnapshots({
      ...{ file, settingsFile: settings, environment, rules, now: clock.now() },
      read: (name) => (name === '-' ? piped : readFileSync(name, 'utf8')),
    });
    stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  } catch (error) {
    throw invalidInput(messageOf(error));
  }
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece instanceof Uint8Array ? piece : String(piece)));
  return Buffer.concat(pieces).toString('utf8');
}
