/**
 * What the rules about `config/web` have in common. An app that is hosted on Container Apps has no configuration of its
 * own to judge; when the site itself was not read, its configuration is judged by itself (and never written).
 */
import type { Change } from '../domain/change.ts';
import type { DocumentName } from '../domain/documents.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { type Judgement, judgeProperties, notApplicable } from '../domain/rule.ts';
import { kindsOf, type Snapshot } from '../domain/snapshot.ts';

export const WEB_CONFIG_DOCUMENTS: readonly DocumentName[] = ['resource', 'config/web'];

/** Judges the properties of `config/web`. */
export function judgeWebConfig(snapshot: Snapshot, judge: (properties: JsonObject) => Judgement): Judgement {
  if (kindsOf(snapshot).includes('azurecontainerapps')) {
    return notApplicable('The app is hosted on Container Apps and has no web configuration of its own.');
  }
  return judgeProperties(snapshot, 'config/web', judge);
}

/** The change of one property of `config/web`. */
export function webConfigChange(properties: JsonObject, name: string, to: Json): Change {
  return { document: 'config/web', path: `/properties/${name}`, from: properties[name] ?? null, to };
}

/** A value of a document in a sentence. */
export function quoted(value: Json | undefined): string {
  return value === null || value === undefined ? 'not set' : JSON.stringify(value);
}
