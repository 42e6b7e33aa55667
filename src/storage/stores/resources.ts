/**
 * The rows of a resource that a reconcile reads and writes together: its lease, its state and its waiting events. They are the
 * last rows of the partition of its events, so one range query reads them, and one transaction writes them.
 */

import type { Resource } from '../../domain/resources/resource.ts';
import type { StoredEvent } from '../../workflows/ports/events.ts';
import type {
  CompletedWork,
  Lease,
  ResourceState,
  Resources,
  VersionedState,
} from '../../workflows/ports/resource-states.ts';
import { ConflictError } from '../../workflows/ports/storage.ts';
import { concludeSteps, WAITING, waitingEvents } from '../events/event-rows.ts';
import type { Row } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import { MAX_TRANSACTION_BYTES, MAX_TRANSACTION_STEPS } from '../table/limits.ts';
import { keyAfterPrefix, payloadOfSteps, rangeFilter, type Step, type Table } from '../table/table.ts';
import { saveStep, saveVersioned } from '../table/versioned-row.ts';
import { acquireLease, type HeldLease, LEASE_ROW, leaseIn } from './lease.ts';
import { loadOlderState } from './older-states.ts';
import { parseState, STATE_ROW, stateEntity } from './state-row.ts';

export interface ResourcesOptions {
  /** 30 unless given. */
  readonly leaseSeconds?: number | undefined;
  /** Returns unique texts. */
  readonly createId: () => string;
  /** Called with events that have their outcome now. */
  readonly onConcluded?: (events: readonly StoredEvent[]) => void;
}

/** `older`: the table in which earlier versions stored the states. */
export function openResources(
  table: Table,
  older: Table,
  { leaseSeconds: seconds = LEASE_SECONDS, createId, onConcluded = () => {} }: ResourcesOptions,
): Resources {
  async function stateOf(resource: Resource, row: Row | null): Promise<VersionedState> {
    if (row) return { state: parseState(table, row), version: row.etag };
    return { state: await loadOlderState(older, resource), version: null };
  }

  return {
    async load(resource) {
      const range = rangeFilter(hashOf(resource.key), LEASE_ROW, keyAfterPrefix(WAITING));
      const { rows, at } = await table.readAllAt(range);
      const stateRow = rows.find(({ rowKey }) => rowKey === STATE_ROW) ?? null;
      return {
        ...(await stateOf(resource, stateRow)),
        waiting: waitingEvents(
          table,
          rows.filter(({ rowKey }) => rowKey.startsWith(WAITING)),
        ),
        lease: leaseIn(table, rows, at, seconds),
      };
    },

    async loadState(resource) {
      return stateOf(resource, await table.get(hashOf(resource.key), STATE_ROW));
    },

    saveState(resource, state, version) {
      return saveVersioned(table, stateEntity(resource, state), version, conflictOn(resource));
    },

    async acquire(resource, seen) {
      const place = { id: resource.id, partitionKey: hashOf(resource.key) };
      const held = await acquireLease(table, place, seen, { holder: createId(), seconds });
      return held && leaseOn(resource, held, onConcluded);
    },
  };
}

function leaseOn(resource: Resource, held: HeldLease, onConcluded: (events: readonly StoredEvent[]) => void): Lease {
  async function commit(steps: readonly Step[], end: 'renew' | 'release'): Promise<readonly (string | null)[]> {
    const versions = await held.commit(steps, end);
    if (versions === null) throw new ConflictError(conflictOn(resource));
    return versions;
  }

  return {
    renew: held.renew,
    release: held.release,

    async save(state, version) {
      const [saved] = await commit([stateStep(resource, state, version)], 'renew');
      if (typeof saved !== 'string') throw new Error(`saving ${resource.id} gave no version`);
      return saved;
    },

    async complete(work) {
      const batches = batchesOf(resource, work);
      // The state is in the first one, so it is stored before any event has its outcome.
      for (const [n, steps] of batches.entries()) await commit(steps, n === batches.length - 1 ? 'release' : 'renew');
      onConcluded(work.concluded);
    },
  };
}

/** The steps of each transaction. The three rows of an event change together. */
function batchesOf(resource: Resource, { resourceState, version, concluded }: CompletedWork): readonly Step[][] {
  let batch = [stateStep(resource, resourceState, version)];
  const batches = [batch];
  for (const event of concluded) {
    const steps = concludeSteps(event);
    if (fitsWithLease([...batch, ...steps])) batch.push(...steps);
    else {
      batch = steps;
      batches.push(batch);
    }
  }
  return batches;
}

function fitsWithLease(steps: readonly Step[]): boolean {
  return steps.length < MAX_TRANSACTION_STEPS && payloadOfSteps(steps) + LEASE_BYTES <= MAX_TRANSACTION_BYTES;
}

function stateStep(resource: Resource, state: ResourceState, version: string | null): Step {
  return saveStep(stateEntity(resource, state), version);
}

function conflictOn({ id }: Resource): string {
  return `somebody else saved ${id} first`;
}

/** More than the row of the lease adds to each transaction. */
const LEASE_BYTES = 4096;

const LEASE_SECONDS = 30;
