// What the managed identity may do unless somebody says otherwise: the roles that the infrastructure grants it, writers included.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Allows } from './contract.ts';

const actions = z.array(z.string());
const rolesFile = z.object({ reader: actions, writer: z.object({ strict: actions }) });

/** The actions of those roles. */
export function deployedActions(): string[] {
  const { reader, writer } = rolesFile.parse(JSON.parse(readFileSync(FILE, 'utf8')));
  return [...reader, ...writer.strict];
}

export function deployedRole(): Allows {
  const granted = new Set(deployedActions().map((action) => action.toLowerCase()));
  return ({ action }) => granted.has(action.toLowerCase());
}

const FILE = new URL('../../infra/roles.json', import.meta.url);
