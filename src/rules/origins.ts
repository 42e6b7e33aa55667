/** CORS for every origin lets any web page read what the app answers to its visitor; this is what takes `*` out. */
import { valueAt } from '../domain/change.ts';
import type { DocumentName } from '../domain/documents.ts';
import type { Json } from '../domain/json.ts';
import { compliant, type Judgement, type Severity, unknown } from '../domain/rule.ts';
import { stringsIn } from './lists.ts';
import { truthOf } from './switch.ts';

/** Where a document says who may call from a browser. */
export interface Cors {
  readonly document: DocumentName;
  /** JSON Pointers of the list of origins, and of whether their cookies travel along. */
  readonly origins: string;
  readonly credentials: string;
  /** How bad it is when every origin may call, with credentials. */
  readonly withCredentials: Severity;
}

/** Judges a list of allowed origins; what is named in it stays. */
export function judgeOrigins(body: Json, { document, origins, credentials, withCredentials }: Cors): Judgement {
  const allowed = valueAt(body, origins);
  const listed = stringsIn(allowed);
  if (!listed) return unknown('The allowed origins are no list.');
  if (!listed.includes('*')) return compliant('Every allowed origin is named.');
  const named = listed.filter((origin) => origin !== '*');
  const credentialed = truthOf(valueAt(body, credentials)) === true;
  return {
    verdict: 'violation',
    reason: `Every origin is allowed${credentialed ? ', with credentials' : ''}; ${named.length} would stay.`,
    changes: [{ document, path: origins, from: allowed, to: named }],
    ...(credentialed ? { severity: withCredentials } : {}),
  };
}
