/** The ingress of a container app: none, TCP, or HTTP; to its environment only, or to the outside. */
import { type Change, valueAt } from '../domain/change.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { type Judgement, notApplicable, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { judgeConfiguration } from './app-configuration.ts';

const INGRESS = '/properties/configuration/ingress';

/** Judges the ingress of a container app; there is nothing to judge where there is none. */
export function judgeIngress(snapshot: Snapshot, judge: (ingress: JsonObject) => Judgement): Judgement {
  return judgeConfiguration(snapshot, ({ ingress = null }) => {
    if (ingress === null) return notApplicable('The app has no ingress.');
    return isObject(ingress) ? judge(ingress) : unknown('The ingress is no object.');
  });
}

/** Judges what an ingress has only for HTTP; the service refuses it on TCP. */
export function judgeHttpIngress(snapshot: Snapshot, judge: (ingress: JsonObject) => Judgement): Judgement {
  return judgeIngress(snapshot, (ingress) => {
    if (typeof (ingress.transport ?? '') !== 'string') return unknown('The transport of the ingress is no text.');
    return isHttp(ingress) ? judge(ingress) : notApplicable('The ingress is TCP, which has no HTTP.');
  });
}

/** The ingress in the body of a container app; null where there is none. */
export function ingressIn(body: JsonObject): Json {
  return valueAt(body, INGRESS);
}

/** Whether it answers more than the environment; absent is internal. */
export function isExternal(ingress: JsonObject): boolean {
  return ingress.external === true;
}

/** Whether it speaks HTTP: `http`, `http2` and `auto`, which is the default and finds out the version; `tcp` must be named. */
function isHttp({ transport }: JsonObject): boolean {
  return typeof transport !== 'string' || transport.toLowerCase() !== 'tcp';
}

/** The change of the value at a pointer inside the ingress. */
export function ingressChange(ingress: JsonObject, path: string, to: Json): Change {
  return { document: 'resource', path: `${INGRESS}${path}`, from: valueAt(ingress, path), to };
}
