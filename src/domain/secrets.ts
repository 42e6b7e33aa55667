/** What Plumbline must never hold is dropped from a document before a snapshot of it exists. */
import { isObject, type Json } from './json.ts';

/**
 * A body without the values of environment variables and secrets, of Dapr components, of connection strings and keys, and
 * without a backup's storage URL, databases and log.
 */
export function withoutSecrets(body: Json): Json {
  if (Array.isArray(body)) return body.map(withoutSecrets);
  if (!isObject(body)) return body;
  const kept = Object.entries(body).map(([key, value]): [string, Json] => [
    key,
    SECRET_LISTS.has(key) && Array.isArray(value) ? value.map(withoutValue) : withoutSecrets(value),
  ]);
  return Object.fromEntries(kept.filter(([key]) => !SECRET_LEAVES.has(key)));
}

const SECRET_LISTS = new Set(['env', 'secrets', 'metadata', 'headers']);
const SECRET_LEAVES = new Set([
  'storageAccountUrl',
  'databases',
  'log',
  'appSettings',
  'connectionStrings',
  'publishingPassword',
  'sharedKey',
  'connectionString',
  'daprAIConnectionString',
  'daprAIInstrumentationKey',
]);

function withoutValue(element: Json): Json {
  if (!isObject(element)) return element;
  return withoutSecrets(Object.fromEntries(Object.entries(element).filter(([key]) => key !== 'value')));
}
