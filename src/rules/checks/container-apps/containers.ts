/** The template of a container app and its containers. */
import { isObject, type JsonObject } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, unknown } from '../../../domain/rules/rule.ts';
import { objectsIn } from '../documents/arrays.ts';
import { checkProperties } from '../documents/sections.ts';

export interface Containers {
  /** The containers that run as long as the app. */
  readonly running: readonly JsonObject[];
  /** Those and the init containers, which end before the others start. */
  readonly all: readonly JsonObject[];
}

/** Checks the template of a container app; unknown without one. */
export function judgeTemplate(
  snapshot: Snapshot,
  judge: (template: JsonObject, body: JsonObject) => CheckResult,
): CheckResult {
  return checkProperties(snapshot, 'resource', ({ template }, body) =>
    isObject(template) ? judge(template, body) : unknown('The app came without a template.'),
  );
}

export function judgeContainers(
  snapshot: Snapshot,
  judge: (containers: Containers, body: JsonObject) => CheckResult,
): CheckResult {
  return judgeTemplate(snapshot, ({ containers, initContainers }, body) => {
    const running = objectsIn(containers);
    const preparing = objectsIn(initContainers);
    if (!running || !preparing) return unknown('The containers are no list of containers.');
    if (running.length === 0) return unknown('The template came without containers.');
    return judge({ running, all: [...running, ...preparing] }, body);
  });
}

/** The name of a container in a reason. */
export function nameOf({ name }: JsonObject): string {
  return typeof name === 'string' && name !== '' ? name : 'without a name';
}
