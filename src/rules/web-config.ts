/**
 * What the rules about `config/web` have in common. When the site itself was not read, its configuration is judged by
 * itself (and never written).
 */
import type { Change } from '../domain/change.ts';
import type { DocumentName } from '../domain/documents.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { type Judgement, judgeProperties } from '../domain/rule.ts';
import { bodyOf, type Snapshot } from '../domain/snapshot.ts';
import { hostedElsewhere } from './hosting.ts';

export const WEB_CONFIG_DOCUMENTS: readonly DocumentName[] = ['resource', 'config/web'];

/** Judges the properties of `config/web`. */
export function judgeWebConfig(snapshot: Snapshot, judge: (properties: JsonObject) => Judgement): Judgement {
  return hostedElsewhere(snapshot) ?? judgeProperties(snapshot, 'config/web', judge);
}

/** The properties of `config/web`; null when it was not read. */
export function webConfigOf(snapshot: Snapshot): JsonObject | null {
  const properties = bodyOf(snapshot, 'config/web')?.properties;
  return isObject(properties) ? properties : null;
}

/** The change of one property of `config/web`. */
export function webConfigChange(properties: JsonObject, name: string, to: Json): Change {
  return { document: 'config/web', path: `/properties/${name}`, from: properties[name] ?? null, to };
}

/** A value of a document in a sentence. */
export function quoted(value: Json | undefined): string {
  return value === null || value === undefined ? 'not set' : JSON.stringify(value);
}
