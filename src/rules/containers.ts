/** What a container app runs: the containers of its template, those that only prepare it, and how many replicas. */
import { isObject, type JsonObject } from '../domain/json.ts';
import { type Judgement, judgeProperties, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { objectsIn } from './lists.ts';

export interface Containers {
  /** Those that run as long as the app does. */
  readonly running: readonly JsonObject[];
  /** With the init containers, which end before the others start. */
  readonly all: readonly JsonObject[];
}

/** Judges the template of a container app; without one nobody knows what it runs. */
export function judgeTemplate(
  snapshot: Snapshot,
  judge: (template: JsonObject, body: JsonObject) => Judgement,
): Judgement {
  return judgeProperties(snapshot, 'resource', ({ template }, body) =>
    isObject(template) ? judge(template, body) : unknown('The app came without a template.'),
  );
}

export function judgeContainers(
  snapshot: Snapshot,
  judge: (containers: Containers, body: JsonObject) => Judgement,
): Judgement {
  return judgeTemplate(snapshot, ({ containers, initContainers }, body) => {
    const running = objectsIn(containers);
    const preparing = objectsIn(initContainers);
    if (!running || !preparing) return unknown('The containers are no list of containers.');
    if (running.length === 0) return unknown('The template came without containers.');
    return judge({ running, all: [...running, ...preparing] }, body);
  });
}

/** What a container is called in a sentence. */
export function nameOf({ name }: JsonObject): string {
  return typeof name === 'string' && name !== '' ? name : 'without a name';
}
