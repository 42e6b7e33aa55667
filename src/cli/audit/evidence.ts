/** `plumbline audit evidence`. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { getEvidence } from '../../api/endpoints/audit/evidence.ts';
import { createClient, type Download, type Query } from '../client/client.ts';
import { writeDownload } from '../client/download.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import { CommandFailure, invalidInput, messageOf } from '../framework/failure.ts';

interface Input extends DeploymentInput {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly folder: string | undefined;
}

/** Saves each part, and prints the path of each. A part that is there wholly stays when a later one fails. */
export async function saveEvidence(context: Context, input: Input): Promise<undefined> {
  const client = createClient(context, input);
  const folder = input.folder ?? '.';
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw invalidInput(`${folder} cannot be written: ${messageOf(error)}`);
  });
  let query: Query | null = { from: input.from, to: input.to };
  while (query !== null) {
    const part: Download = await client.download(getEvidence, { query });
    const file = path.join(folder, nameIn(part));
    await writeDownload(context, file, async function* () {
      yield part.bytes;
    });
    context.stdout.write(`${file}\n`);
    query = client.nextOf(getEvidence, part);
  }
}

/** The name that the service gives; a name only, and no path. */
function nameIn({ headers }: Download): string {
  const name = /filename="([\w.-]+\.zip)"/.exec(headers.get('content-disposition') ?? '')?.[1];
  if (name === undefined) throw new CommandFailure(5, 'the deployment gave no name for the file; check --url');
  return name;
}
