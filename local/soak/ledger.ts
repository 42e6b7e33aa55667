/** Who changed which document how often, by the events that the changes raised: each effect raises one, whatever became of its answer. */
import { resourceOf } from '../../src/domain/resource.ts';
import type { RaisedEvent, Simulator } from '../simulator/simulator.ts';
import type { SoakApp } from './apps.ts';

export interface Ledger {
  /** A document is wrong from now on, in a way that is put right by one write. */
  expectWrite(app: Pick<SoakApp, 'id'>, document: string): void;
  note(event: RaisedEvent): void;
  /** Whether the service wrote a document within so many milliseconds. */
  wroteWithin(app: SoakApp, document: string, milliseconds: number): boolean;
  readonly eventsOfPeople: number;
  readonly writes: number;
  /** Documents that were written more often than they were made wrong. */
  tooOften(): string[];
}

/** An app, and its documents that are wrong from the start in a way that is put right by one write each. */
export type AppAtStart = Pick<SoakApp, 'id'> & { readonly wrong: readonly string[] };

/** The drifts that the apps begin with count as well. */
export function openLedger(apps: readonly AppAtStart[], { identity }: Pick<Simulator, 'identity'>): Ledger {
  const due = new Map<string, number>();
  const written = new Map<string, { count: number; at: number }>();
  let eventsOfPeople = 0;
  let writes = 0;
  const ledger: Ledger = {
    expectWrite(app, document) {
      const key = keyOf(app.id, document);
      due.set(key, (due.get(key) ?? 0) + 1);
    },
    note({ subject, body }) {
      if (!JSON.stringify(body).includes(identity.objectId)) {
        eventsOfPeople++;
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
    get eventsOfPeople() {
      return eventsOfPeople;
    },
    get writes() {
      return writes;
    },
    tooOften: () =>
      [...written].flatMap(([key, { count }]) =>
        count > (due.get(key) ?? 0) ? [`${key}: ${count} writes for ${due.get(key) ?? 0} drifts`] : [],
      ),
  };
  for (const app of apps) for (const document of app.wrong) ledger.expectWrite(app, document);
  return ledger;
}

/** The settings of an app are one document, whatever their names; the resource itself has the empty path. */
function keyOf(id: string, path: string): string {
  const document = path
    .toLowerCase()
    .replace(/^(providers\/microsoft\.insights\/)?diagnosticsettings.*$/, 'diagnosticsettings');
  return `${id.toLowerCase()} ${document === '' ? 'resource' : document}`;
}
