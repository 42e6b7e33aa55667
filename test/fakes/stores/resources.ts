/** The rows of each resource: its state under versions, its waiting events, and its lease, timed by the clock. */
import type { Lease, ResourceState, Resources } from '../../../src/workflows/ports/resource-states.ts';
import type { Clock } from '../../../src/workflows/ports/runtime.ts';
import { ConflictError } from '../../../src/workflows/ports/storage.ts';
import { copyOf } from '../copy.ts';
import type { Stored } from '../deps.ts';
import { waitingOf } from './events.ts';
import { nextRow, versioned } from './rows.ts';

const LEASE_MS = 30_000;

/** The map that tests read has only the values; a state that a test put there has version 1. */
export function fakeResources(
  clock: Clock,
  { resourceStates: values, events, leases: held }: Pick<Stored, 'resourceStates' | 'events' | 'leases'>,
): Resources {
  const versions = new Map<string, number>();
  /** How often the lease of a resource has changed. */
  const turns = new Map<string, number>();
  let holders = 0;
  const now = () => clock.now().getTime();
  const rowOf = (key: string) => {
    const value = values.get(key);
    return value && { value, version: versions.get(key) ?? 1 };
  };
  const stateOf = (key: string) => {
    const row = versioned(rowOf(key));
    return { state: row && placed(row.value), version: row?.version ?? null };
  };
  const save = (key: string, state: ResourceState, version: string | null) => {
    const saved = nextRow(rowOf(key), state, version);
    values.set(key, saved.value);
    versions.set(key, saved.version);
    return String(saved.version);
  };
  const turn = (key: string) => turns.set(key, (turns.get(key) ?? 0) + 1);

  /** A living holder renews in time; a dead one is recognised by the clock. */
  function leaseOn(key: string, holder: number): Lease {
    const isHeld = () => held.get(key)?.holder === holder;
    const hold = () => {
      held.set(key, { holder, until: now() + LEASE_MS });
      turn(key);
    };
    const release = () => {
      if (!isHeld()) return;
      held.delete(key);
      turn(key);
    };
    const assertHeld = () => {
      if (!isHeld()) throw new ConflictError('somebody else holds the lease');
    };
    hold();
    return {
      renew: async () => {
        if (!isHeld()) throw new Error('the lease was lost; start again from a fresh read');
        hold();
      },
      save: async (state, version) => {
        assertHeld();
        const saved = save(key, state, version);
        hold();
        return saved;
      },
      complete: async ({ resourceState, version, concluded }) => {
        assertHeld();
        const waits = (id: string) => waitingOf(events, key).some(({ event }) => event.id === id);
        if (!concluded.every(({ event }) => waits(event.id))) throw new ConflictError('an event has its outcome');
        save(key, resourceState, version);
        for (const { event, outcome, auditIds, reasons } of copyOf([...concluded])) {
          const stored = waitingOf(events, key).find((one) => one.event.id === event.id);
          if (stored) events[events.indexOf(stored)] = { ...stored, outcome, auditIds, reasons };
        }
        release();
      },
      release: async () => release(),
    };
  }

  return {
    load: async ({ key }) => ({
      ...stateOf(key),
      waiting: copyOf(waitingOf(events, key)),
      lease: { held: (held.get(key)?.until ?? 0) > now(), version: turns.has(key) ? String(turns.get(key)) : null },
    }),
    loadState: async ({ key }) => stateOf(key),
    saveState: async ({ key }, state, version) => save(key, state, version),
    acquire: async ({ key }, seen) => {
      const isSame = seen.version === (turns.has(key) ? String(turns.get(key)) : null);
      if (seen.held || !isSame) return null;
      holders += 1;
      return leaseOn(key, holders);
    },
  };
}

/** The row has the resource of its findings once. */
function placed(state: ResourceState): ResourceState {
  return { ...state, findings: state.findings.map((one) => ({ ...one, resource: state.resource })) };
}
