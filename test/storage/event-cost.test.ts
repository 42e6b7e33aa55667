/**
 * How many requests an event costs, on real tables. The Functions host adds two for each message of a queue: it gets the
 * message and deletes it.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { receiveEvent } from '../../src/workflows/events/receive-event.ts';
import type { Deps } from '../../src/workflows/ports/deps.ts';
import type { WorkMessage } from '../../src/workflows/ports/work.ts';
import { resourceNamed } from '../domain/examples.ts';
import { gridEvent } from '../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp } from '../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../fakes/deps.ts';
import { handleWork } from '../fakes/scenarios/handle.ts';
import { takeLease } from '../fakes/take-lease.ts';
import { useAccount } from './azurite.ts';

const account = useAccount();
const HOST_QUEUE_REQUESTS = 2;
const SETTLE_SECONDS = 30;
let apps = 0;

/** A process, on tables that others have used. */
class Process {
  readonly memory: FakeDeps = fakeDeps();
  readonly sent: WorkMessage[] = [];
  readonly deps: Deps;

  constructor() {
    const { clock } = this.memory;
    const options = { now: () => clock.now(), rememberSeconds: this.memory.options.pauses.rememberSeconds };
    const { ping: _ping, counters: _counters, meters: _meters, ...ports } = account.openWith(options);
    const queue: Deps['queue'] = {
      send: async (message, seconds) => {
        this.sent.push(message);
        await ports.queue.send(message, seconds);
      },
    };
    this.deps = { ...this.memory, ...ports, queue };
  }

  /** An app that was evaluated once. Returns its id. */
  async app(options: Parameters<typeof seedWebApp>[1] = {}): Promise<string> {
    apps += 1;
    const id = `${SHOP}-${apps}`;
    seedWebApp(this.memory.arm, options, id);
    await this.receive(id);
    this.memory.clock.advance(SETTLE_SECONDS);
    await this.handle();
    return id;
  }

  receive(id: string): Promise<void> {
    return receiveEvent(this.deps, gridEvent(`${id} ${this.memory.clock.now().getTime()}`, id));
  }

  async handle(): Promise<void> {
    const message = this.sent.shift();
    if (!message) throw new Error('no message was sent');
    await handleWork(this.deps, message);
  }

  /** As after another message, some seconds ago. */
  async remember(id: string): Promise<void> {
    this.sent.unshift({ resource: id, cause: 'sweep', attempt: 0 });
    await this.handle();
    this.memory.clock.advance(3);
  }
}

async function costOf(work: () => Promise<unknown>) {
  account.requests();
  await work();
  return account.requests();
}

let service: Process;
beforeEach(() => {
  service = new Process();
});

describe('an event of a compliant app', () => {
  test('costs six requests, and two of the host, while settings, guards and exemptions are remembered', async () => {
    const [id, other] = [await service.app(), await service.app()];
    const received = await costOf(() => service.receive(id));
    service.memory.clock.advance(SETTLE_SECONDS);
    await service.remember(other);
    const handled = await costOf(() => service.handle());
    expect([received, handled]).toEqual([
      { table: 2, queue: 1, blob: 0 },
      { table: 3, queue: 0, blob: 0 },
    ]);
    expect(2 + 1 + 3 + HOST_QUEUE_REQUESTS).toBeLessThanOrEqual(8);
  });

  test('costs three more while they are not', async () => {
    const id = await service.app();
    await service.receive(id);
    service.memory.clock.advance(SETTLE_SECONDS);
    expect(await costOf(() => service.handle())).toEqual({ table: 6, queue: 0, blob: 0 });
  });

  test('costs three table requests when another evaluation covers it', async () => {
    const id = await service.app();
    await service.receive(id);
    service.memory.clock.advance(1);
    const received = await costOf(() => service.receive(id));
    service.memory.clock.advance(SETTLE_SECONDS);
    await service.handle();
    service.memory.clock.advance(60);
    const handled = await costOf(() => service.handle());
    expect([received.table, handled]).toEqual([2, { table: 1, queue: 0, blob: 0 }]);
    expect(service.memory.arm.reads).toHaveLength(2);
  });

  test('costs one more for the first evaluation, which looks for a state of an earlier version, and three for its list', async () => {
    await service.app();
    const id = `${SHOP}-new`;
    seedWebApp(service.memory.arm, {}, id);
    await service.receive(id);
    service.memory.clock.advance(SETTLE_SECONDS);
    expect(await costOf(() => service.handle())).toEqual({ table: 6 + 1 + 3, queue: 0, blob: 0 });
  });

  test('costs one table request for each time that it comes back early or meets a lease', async () => {
    const [id, other] = [await service.app(), await service.app()];
    await service.receive(id);
    const [message] = service.sent;
    if (!message) throw new Error('no message was sent');
    expect(await costOf(() => handleWork(service.deps, message))).toEqual({ table: 1, queue: 1, blob: 0 });
    service.memory.clock.advance(SETTLE_SECONDS);
    await service.remember(other);
    await takeLease(service.deps, resourceNamed(id));
    expect(await costOf(() => handleWork(service.deps, message))).toEqual({ table: 1, queue: 1, blob: 0 });
  });
});

describe('a look that finds nothing new', () => {
  test.each([
    ['at a compliant app', {}],
    ['at an app with an open approval, which is read', RISKY],
  ])('by the sweep costs three table requests %s', async (_, options) => {
    const [id, other] = [await service.app(options), await service.app()];
    await service.remember(other);
    service.sent.push({ resource: id, cause: 'sweep', part: { index: 0, of: 1 }, attempt: 0 });
    const approvals = options === RISKY ? 1 : 0;
    expect(await costOf(() => service.handle())).toEqual({ table: 3 + approvals, queue: 0, blob: 0 });
  });

  test('lists the findings again after an hour', async () => {
    const [id, other] = [await service.app(), await service.app()];
    service.memory.clock.advance(3600);
    await service.deps.guards.writeHeartbeat(service.memory.clock.now());
    await service.remember(other);
    service.sent.push({ resource: id, cause: 'sweep', attempt: 0 });
    // The mark in the state, the key row of the list and its shard, and its rows.
    expect((await costOf(() => service.handle())).table).toBe(3 + 4);
  });
});

describe('revisions and history', () => {
  const flush = () => costOf(() => service.deps.revisions.flush());

  test('add one request to a look that changes something, and none to one that changes nothing or to a covered event', async () => {
    const id = await service.app(RISKY);
    expect(await flush()).toEqual({ table: 1, queue: 0, blob: 0 });
    await service.receive(id);
    service.memory.clock.advance(1);
    await service.receive(id);
    service.memory.clock.advance(SETTLE_SECONDS);
    await service.handle();
    service.memory.clock.advance(60);
    await service.handle();
    expect(await flush()).toEqual({ table: 0, queue: 0, blob: 0 });
  });
});
