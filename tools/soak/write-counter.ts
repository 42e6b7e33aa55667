/** Counts the writes of each document by the events that they raise: each effect raises one, even if its answer is lost. */

import type { RaisedEvent, Simulator } from '../../simulator/simulator.ts';
import { resourceOf } from '../../src/domain/resources/resource.ts';
import type { SoakApp } from './apps.ts';

export interface WriteCounter {
  /** A document has a violation from now on that one write fixes. */
  expectWrite(app: Pick<SoakApp, 'id'>, document: string): void;
  record(event: RaisedEvent): void;
  /** Whether the service wrote a document within so many milliseconds. */
  wroteWithin(app: SoakApp, document: string, milliseconds: number): boolean;
  readonly eventsOfUsers: number;
  readonly writes: number;
  /** Documents that were written more often than they drifted. */
  tooOften(): string[];
}

/** An app, and its documents that have a violation from the start that one write fixes. */
export type InitialApp = Pick<SoakApp, 'id'> & { readonly wrong: readonly string[] };

/** The violations that the apps begin with count as drifts. */
export function createWriteCounter(
  apps: readonly InitialApp[],
  { identity }: Pick<Simulator, 'identity'>,
): WriteCounter {
  const due = new Map<string, number>();
  const written = new Map<string, { count: number; at: number }>();
  let eventsOfUsers = 0;
  let writes = 0;
  const counter: WriteCounter = {
    expectWrite(app, document) {
      const key = keyOf(app.id, document);
      due.set(key, (due.get(key) ?? 0) + 1);
    },
    record({ subject, body }) {
      if (!JSON.stringify(body).includes(identity.objectId)) {
        eventsOfUsers++;
        return;
      }
      writes++;
      const resource = resourceOf(subject);
      if (!resource) throw new Error(`the service wrote to ${subject}, which is no app`);
      const key = keyOf(resource.key, subject.slice(resource.key.length + 1));
      written.set(key, { count: (written.get(key)?.count ?? 0) + 1, at: Date.now() });
    },
    wroteWithin(app, document, milliseconds) {
      const at = written.get(keyOf(app.id, document))?.at;
      return at !== undefined && Date.now() - at < milliseconds;
    },
    get eventsOfUsers() {
      return eventsOfUsers;
    },
    get writes() {
      return writes;
    },
    tooOften: () =>
      [...written].flatMap(([key, { count }]) =>
        count > (due.get(key) ?? 0) ? [`${key}: ${count} writes for ${due.get(key) ?? 0} drifts`] : [],
      ),
  };
  for (const app of apps) for (const document of app.wrong) counter.expectWrite(app, document);
  return counter;
}

/** The settings of an app are one document, whatever their names; the resource itself has the empty path. */
function keyOf(id: string, path: string): string {
  const document = path
    .toLowerCase()
    .replace(/^(providers\/microsoft\.insights\/)?diagnosticsettings.*$/, 'diagnosticsettings');
  return `${id.toLowerCase()} ${document === '' ? 'resource' : document}`;
}
