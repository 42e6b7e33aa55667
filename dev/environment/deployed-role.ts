/** The role that a deployment gives the managed identity. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const actions = z.array(z.string());
const rolesFile = z.object({ reader: actions, writer: z.object({ strict: actions }) });

/** The actions of the roles in infra/roles.json, those of writers included. */
export function deployedActions(): string[] {
  const { reader, writer } = rolesFile.parse(JSON.parse(readFileSync(FILE, 'utf8')));
  return [...reader, ...writer.strict];
}

const FILE = new URL('../../infra/roles.json', import.meta.url);
