import * as z from 'zod';
import type { JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeContainers } from '../checks/container-apps/containers.ts';
import { looksSecret } from '../checks/container-apps/secret-names.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { containerSource } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

const variable = z.string().regex(/^[^\s=]+$/, 'must be the name of an environment variable');

const parameters = z.object({
  secret: z
    .array(variable)
    .default([])
    .describe('Variables that hold a secret although their names do not look like it.'),
  exempt: z
    .array(variable)
    .default(['APPLICATIONINSIGHTS_CONNECTION_STRING', 'ApplicationInsights__ConnectionString'])
    .describe(
      'Variables that hold none although their names look like it; Microsoft calls that of Application Insights no secret.',
    ),
});

export const rule = defineAdvice({
  id: 'containerapp-plaintext-env',
  title: 'No secret-looking plain env values',
  why: 'Everybody who may read the app sees the plain value of an environment variable. The value stays in every revision.',
  risk: 'The check uses names only; moving a value to a secret makes a new revision.',
  severity: 'medium',
  parameters,
  references: { MCSB: ['IM-8'], AzTS: ['Azure_ContainerApps_DP_Avoid_Plaintext_Secrets'] },
  check(snapshot, { secret, exempt }) {
    const looksLikeOne = (name: string) => !includes(exempt, name) && (includes(secret, name) || looksSecret(name));
    return judgeContainers(snapshot, ({ all }) => {
      const lists = all.map(({ env }) => objectsIn(env));
      const variables = lists.flatMap((list) => list ?? []);
      if (lists.includes(null)) return unknown('The environment variables are no list of variables.');
      const plain = variables.filter((one) => !isReference(one)).flatMap(({ name }) => (isText(name) ? [name] : []));
      const found = [...new Set(plain.filter(looksLikeOne))];
      if (found.length === 0) return compliant('No variable with a plain value has the name of a secret.');
      return violation(`Variables with plain values have the names of secrets: ${found.join(', ')}.`);
    });
  },
  source: () =>
    containerSource(
      { env: [{ name: 'DB_PASSWORD', secretRef: 'db' }] },
      { env: new Block({ name: 'DB_PASSWORD', secret_name: 'db' }) },
    ),
});

function isReference({ secretRef }: JsonObject): boolean {
  return isText(secretRef) && secretRef !== '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function includes(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}
