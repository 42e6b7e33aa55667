/**
 * What rules about `config/web` share. When the site was not read, its configuration is still checked (and never written).
 */

import type { Change } from '../../../domain/changes/change.ts';
import type { DocumentName } from '../../../domain/resources/documents.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import { bodyOf, type Snapshot } from '../../../domain/resources/snapshot.ts';
import type { CheckResult } from '../../../domain/rules/rule.ts';
import { siteConfigSource } from '../../declare/declarations.ts';
import { checkProperties, type Section } from '../documents/sections.ts';
import { hostedElsewhere } from './hosting.ts';

export const WEB_CONFIG_DOCUMENTS: readonly DocumentName[] = ['resource', 'config/web'];

/** Checks the properties of `config/web`. */
export function judgeWebConfig(snapshot: Snapshot, judge: (properties: JsonObject) => CheckResult): CheckResult {
  return hostedElsewhere(snapshot) ?? checkProperties(snapshot, 'config/web', judge);
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

/** The configuration of a web app, for rules of one switch. */
export const WEB_CONFIG: Section = {
  document: 'config/web',
  path: '/properties',
  documents: WEB_CONFIG_DOCUMENTS,
  judge: judgeWebConfig,
  declare: siteConfigSource,
};
