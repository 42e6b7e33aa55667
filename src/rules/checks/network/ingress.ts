/** The ingress of a container app: none, TCP or HTTP; internal or external. */

import { type Change, valueAt } from '../../../domain/changes/change.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, notApplicable, unknown } from '../../../domain/rules/rule.ts';
import { ingressSource } from '../../declare/declarations.ts';
import { judgeConfiguration } from '../container-apps/app-configuration.ts';
import type { Section } from '../documents/sections.ts';

const INGRESS = '/properties/configuration/ingress';

/** Checks the ingress of a container app; not applicable without one. */
export function judgeIngress(snapshot: Snapshot, judge: (ingress: JsonObject) => CheckResult): CheckResult {
  return judgeConfiguration(snapshot, ({ ingress = null }) => {
    if (ingress === null) return notApplicable('The app has no ingress.');
    return isObject(ingress) ? judge(ingress) : unknown('The ingress is no object.');
  });
}

/** Checks what only an HTTP ingress has; the service refuses it on TCP. */
export function judgeHttpIngress(snapshot: Snapshot, judge: (ingress: JsonObject) => CheckResult): CheckResult {
  return judgeIngress(snapshot, (ingress) => {
    if (typeof (ingress.transport ?? '') !== 'string') return unknown('The transport of the ingress is no text.');
    return isHttp(ingress) ? judge(ingress) : notApplicable('The ingress is TCP, which has no HTTP.');
  });
}

/** The ingress in the body of a container app; null where there is none. */
export function ingressIn(body: JsonObject): Json {
  return valueAt(body, INGRESS);
}

/** Whether it is external; absent is internal. */
export function isExternal(ingress: JsonObject): boolean {
  return ingress.external === true;
}

/** Whether it is HTTP: `http`, `http2` and `auto`, the default, which detects the version. Only `tcp` is not. */
function isHttp({ transport }: JsonObject): boolean {
  return typeof transport !== 'string' || transport.toLowerCase() !== 'tcp';
}

/** The change of the value at a pointer inside the ingress. */
export function ingressChange(ingress: JsonObject, path: string, to: Json): Change {
  return { document: 'resource', path: `${INGRESS}${path}`, from: valueAt(ingress, path), to };
}

/** The HTTP ingress of a container app, for rules of one switch. */
export const HTTP_INGRESS: Section = {
  document: 'resource',
  path: INGRESS,
  documents: ['resource'],
  judge: judgeHttpIngress,
  declare: ingressSource,
};
