/** CORS: whether every origin is allowed, and the list without `*`. */

import { valueAt } from '../../../domain/changes/change.ts';
import type { DocumentName } from '../../../domain/resources/documents.ts';
import type { Json } from '../../../domain/resources/json.ts';
import { type CheckResult, compliant, type Severity, unknown, violation } from '../../../domain/rules/rule.ts';
import { stringsIn } from '../documents/arrays.ts';
import { truthOf } from '../documents/leaves.ts';

/** Where a document has its CORS settings. */
export interface Cors {
  readonly document: DocumentName;
  /** JSON Pointers of the allowed origins, and of the switch for credentials. */
  readonly origins: string;
  readonly credentials: string;
  /** The severity when every origin is allowed, with credentials. */
  readonly withCredentials: Severity;
}

/** Checks a list of allowed origins; named origins stay. */
export function judgeOrigins(body: Json, { document, origins, credentials, withCredentials }: Cors): CheckResult {
  const allowed = valueAt(body, origins);
  const listed = stringsIn(allowed);
  if (!listed) return unknown('The allowed origins are no list.');
  if (!listed.includes('*')) return compliant('Every allowed origin is named.');
  const named = listed.filter((origin) => origin !== '*');
  const credentialed = truthOf(valueAt(body, credentials)) === true;
  return violation(
    `Every origin is allowed${credentialed ? ', with credentials' : ''}; ${named.length} would stay.`,
    [{ document, path: origins, from: allowed, to: named }],
    credentialed ? { severity: withCredentials } : {},
  );
}
