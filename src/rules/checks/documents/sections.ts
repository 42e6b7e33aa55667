/** Parts of documents that rules check. One that is absent is empty; one in another form is not understood. */

import type { DocumentName } from '../../../domain/resources/documents.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import { type Snapshot, stateOf } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, type Source, unknown, unreadResult } from '../../../domain/rules/rule.ts';
import type { Setting } from '../../declare/declarations.ts';
import type { Body } from '../../declare/printers.ts';

/** An object in a document of a resource: where it is, how rules check it and how it is declared. */
export interface Section {
  readonly document: DocumentName;
  /** The JSON Pointer in the document. */
  readonly path: string;
  /** All documents that `judge` reads. */
  readonly documents: readonly DocumentName[];
  judge(snapshot: Snapshot, judge: (section: JsonObject) => CheckResult): CheckResult;
  /** The lines for these settings; the attributes are those of azurerm, null where it has none. */
  declare(settings: readonly Setting[], attributes: Body | null): Source;
}

/** Checks the properties of a document. Unknown, with the reason, when they were not read. */
export function checkProperties(
  snapshot: Snapshot,
  name: DocumentName,
  check: (properties: JsonObject, body: JsonObject) => CheckResult,
): CheckResult {
  const state = stateOf(snapshot, name);
  if (state.status !== 'read') return unreadResult(snapshot, name);
  if (!isObject(state.body) || !isObject(state.body.properties)) return unknown(`${name} came without properties`);
  return check(state.body.properties, state.body);
}

/** The members of a part; none where it is absent, null where it is no object. */
export function sectionOf(part: Json | undefined): JsonObject | null {
  const section = part ?? {};
  return isObject(section) ? section : null;
}
