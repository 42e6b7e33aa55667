/** The workflows around the model's estate, on fakes in which calls fail and processes die. */

import { valueAt } from '../../src/domain/changes/change.ts';
import type { JsonObject } from '../../src/domain/resources/json.ts';
import { type Settings, settingsSchema } from '../../src/domain/rules/settings.ts';
import type { ArmFailureKind } from '../../src/workflows/ports/azure.ts';
import type { Deps } from '../../src/workflows/ports/deps.ts';
import { StorageUnavailable } from '../../src/workflows/ports/storage.ts';
import { changeSettings } from '../../src/workflows/settings/change-settings.ts';
import { refused, type Sent } from '../fakes/azure/arm.ts';
import { gridEvent, OURSELVES } from '../fakes/azure/event-grid.ts';
import { type FakeDeps, fakeDeps } from '../fakes/deps.ts';
import { createHost, type Host } from '../fakes/scenarios/host.ts';
import { Crash } from '../fakes/wrappers/crashing.ts';
import { watchedDeps } from '../fakes/wrappers/watched.ts';
import { APPS, type Leaf, leavesOf, seedEstate } from './estate.ts';
import type { Model } from './model.ts';

/** The faults of Azure, of a port, or of the process; each ends by itself. */
export interface Faults {
  writes: (ArmFailureKind | 'lost' | 'late')[];
  unread: number;
  storage: { readonly port: string; readonly lost: boolean; left: number }[];
  /** The number of calls until the process dies. */
  death: { calls: number; readonly when: 'before' | 'after' } | null;
}

export interface Told {
  readonly event: JsonObject;
  readonly app: string;
  /** null: an event of Plumbline's own write. */
  readonly by: string | null;
  /** Whether it was delivered before; then it has no new information. */
  known: boolean;
}

export interface Stage {
  readonly deps: FakeDeps;
  readonly host: Host;
  readonly faults: Faults;
  /** All events; any may be delivered at any time, twice, or never. */
  readonly events: Told[];
  /** Writes that violate the model. */
  readonly wrongs: string[];
  /** Whether a process has died, or a port has failed. */
  interrupted(): boolean;
  choose(settings: Partial<Settings>): Promise<void>;
}

const OLGA = { objectId: 'olga', name: 'Olga' };

export function createStage(model: Model, limits: Partial<Settings['limits']>): Stage {
  const deps = fakeDeps();
  const { arm } = deps;
  const faults: Faults = { writes: [], unread: 0, storage: [], death: null };
  const events: Told[] = [];
  const wrongs: string[] = [];
  const { ports, restart, interrupted } = frail(deps, faults);
  const host = createHost(deps, { ports, restart });
  seedEstate(arm);
  deps.estate.ids = [...APPS];

  arm.onRead = (_, name) => {
    if (faults.unread === 0 || name === 'resource') return undefined;
    faults.unread -= 1;
    return { status: 'failed', detail: 'ECONNRESET', retryable: true };
  };
  arm.onWrite = (_, take) => {
    const sent = arm.requests.at(-1);
    if (sent) wrongs.push(...objections(deps, model, sent));
    const fault = faults.writes.shift();
    if (fault === undefined) return undefined;
    if (fault === 'late') {
      arm.later(50, take);
      return { kind: 'done', arm: { status: 200 } };
    }
    // The answer was lost, not the request.
    if (fault === 'lost') take();
    return fault === 'lost' ? refused('transient', 'ETIMEDOUT') : refused(fault, `Said${fault}`, 7);
  };
  arm.onWritten = (sent) => {
    for (const leaf of leavesIn(sent)) model.wrote(sent.resource, leaf, valueAt(sent.body, leaf.path));
    const event = gridEvent(`echo-${events.length}`, sent.resource, { by: OURSELVES });
    events.push({ event, app: sent.resource, by: null, known: false });
  };

  return {
    deps,
    host,
    faults,
    events,
    wrongs,
    interrupted,
    async choose(settings) {
      const wanted = { ...settingsSchema.parse({ mode: 'autofix', limits }), ...settings };
      await host.ask((baseDeps) =>
        changeSettings(baseDeps, { settings: wanted, ifMatch: '*', actor: { ...OLGA, type: 'user' } }),
      );
    },
  };
}

/** Dependencies with these faults. */
function frail(deps: FakeDeps, faults: Faults): { ports: Deps; restart(): void; interrupted(): boolean } {
  let dead = false;
  let interrupted = false;
  const die = () => {
    dead = true;
    interrupted = true;
    faults.death = null;
    return new Crash('the power is cut');
  };
  const ports = watchedDeps(deps, async (name, call) => {
    if (dead) throw new Crash('the process has ended');
    if (faults.death) faults.death.calls -= 1;
    const dies = faults.death?.calls === 0 ? faults.death.when : null;
    if (dies === 'before') throw die();
    const fault = faults.storage.find(({ port, left }) => left > 0 && name.startsWith(`${port}.`));
    if (fault) {
      fault.left -= 1;
      interrupted = true;
    }
    if (fault && !fault.lost) throw new StorageUnavailable(`${name} does not answer`);
    const answer = await call();
    if (dies === 'after') throw die();
    if (fault) throw new StorageUnavailable(`the answer of ${name} was lost`);
    return answer;
  });
  return {
    ports,
    interrupted: () => interrupted,
    restart: () => {
      dead = false;
    },
  };
}

function objections({ stored, clock }: FakeDeps, model: Model, sent: Sent): string[] {
  return leavesIn(sent).flatMap((leaf) => {
    const subject = `${leaf.rule} of ${sent.resource}`;
    const intent = stored.entries.findLast(
      ({ kind, rule, resource }) => kind.endsWith('.intended') && rule === leaf.rule && resource?.id === sent.resource,
    );
    const change = intent?.changes.find(({ path }) => path === leaf.path);
    if (!intent || !change) return [`${subject} was written without an intent`];
    const objection = model.objection(sent.resource, leaf, change.from, intent.approvalId, clock.now().getTime());
    return objection === null ? [] : [`${subject} was written, but ${objection}`];
  });
}

/** The leaves that a request writes. */
function leavesIn({ resource, document, body }: Sent): Leaf[] {
  return leavesOf(resource).filter((leaf) => leaf.document === document && isNamed(body, leaf));
}

function isNamed(body: Sent['body'], { path }: Leaf): boolean {
  const end = path.lastIndexOf('/');
  const parent = valueAt(body, path.slice(0, end));
  return typeof parent === 'object' && parent !== null && path.slice(end + 1) in parent;
}
