/** The models of Azure's own SDKs, read from their declarations. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { INFRA } from './bicep.ts';

const SDK = path.join(INFRA, '../node_modules/@azure');

export interface Models {
  /** By interface: its properties with their types, inherited ones included. */
  readonly properties: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** By type: the values that the service is known to take. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** The interfaces and known values in the declarations of an SDK. */
export function models(name: string): Models {
  const folder = path.join(SDK, name, 'dist/esm/models');
  const text = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => path.basename(file) === 'models.d.ts')
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
    .join('\n');
  const own = new Map<string, { above: string | undefined; properties: Record<string, string> }>();
  for (const [, model = '', above, body = ''] of text.matchAll(
    /^export interface (\w+)(?: extends (\w+))? \{\n([\s\S]*?)^\}/gm,
  )) {
    const properties = [...body.matchAll(/^ {4}(?:readonly )?"?([\w-]+)"?\??: (.*);$/gm)];
    own.set(model, { above, properties: Object.fromEntries(properties.map(([, key, type]) => [key, type])) });
  }
  const all = (model: string): Record<string, string> => {
    const found = own.get(model);
    return found ? { ...(found.above ? all(found.above) : {}), ...found.properties } : {};
  };
  const enums = [...text.matchAll(/^export declare enum Known(\w+) \{\n([\s\S]*?)^\}/gm)].map(
    ([, type = '', body = '']): [string, string[]] => [
      type,
      [...body.matchAll(/= "([^"]*)"/g)].map(([, one = '']) => one),
    ],
  );
  const unions = [...text.matchAll(/^export type (\w+) = ((?:"[^"]*"(?: \| )?)+);$/gm)].map(
    ([, type = '', body = '']): [string, string[]] => [
      type,
      [...body.matchAll(/"([^"]*)"/g)].map(([, one = '']) => one),
    ],
  );
  return {
    properties: new Map([...own.keys()].map((model) => [model, all(model)])),
    values: new Map([...enums, ...unions]),
  };
}

/** The API versions that an SDK knows, oldest first. */
export function versionsOf(name: string): string[] {
  const text = readFileSync(path.join(SDK, name, 'dist/esm/models/models.d.ts'), 'utf8');
  const [, body = ''] = /^export declare enum KnownVersions \{\n([\s\S]*?)^\}/m.exec(text) ?? [];
  return [...body.matchAll(/= "([^"]*)"/g)].map(([, one = '']) => one).sort();
}
