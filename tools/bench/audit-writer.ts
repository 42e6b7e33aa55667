/**
 * Records facts in the audit log as fast as it can, in a process of its own: `runWriters` runs several of them on one log
 * and tells how long they took. What they wrote is for the caller to look at.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type AuditRecord, parseAuditKeys, recordId } from '../../src/domain/audit/audit.ts';
import { parseResourceId, viewOf } from '../../src/domain/resources/resource.ts';
import { openStorage } from '../../src/storage/open-storage.ts';

const orderShape = z.object({
  connectionString: z.string(),
  auditKey: z.string(),
  writer: z.string(),
  count: z.int(),
  /** Kills itself when it has begun to record so many. */
  dies: z.int().optional(),
});
export type WriterOptions = z.infer<typeof orderShape>;

/** Runs a process for each order, all at once; returns the milliseconds from the first write to the last. */
export async function runWriters(orders: readonly WriterOptions[]): Promise<number> {
  const children = orders.map(() =>
    fork(fileURLToPath(import.meta.url), [], {
      execArgv: ['--import', new URL('../typescript.mjs', import.meta.url).href],
    }),
  );
  try {
    // All are ready before the first begins: loading is not what is measured.
    await Promise.all(children.map(told));
    const from = performance.now();
    await Promise.all(
      children.map(async (child, index) => {
        const order = orders[index];
        const done = order?.dies === undefined ? told(child) : once(child, 'exit');
        child.send(order ?? {});
        await done;
      }),
    );
    return performance.now() - from;
  } finally {
    for (const child of children) child.kill();
  }
}

/** The next message of a child. Rejects when it ends instead. */
async function told(child: ChildProcess): Promise<void> {
  const ended = new AbortController();
  const exit = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`a writer ended with ${code}`);
  });
  await Promise.race([once(child, 'message'), exit]).finally(() => {
    exit.catch(() => undefined);
    ended.abort();
  });
}

const APPS = 40;
const IN_FLIGHT = 32;

async function write({ connectionString, auditKey, writer, count, dies }: WriterOptions): Promise<void> {
  const { audit } = openStorage({
    connection: { kind: 'connection-string', value: connectionString },
    auditKeys: parseAuditKeys(auditKey),
    now: () => new Date(),
  });
  let next = 0;
  const line = async () => {
    while (next < count) {
      if (next === dies) process.kill(process.pid, 'SIGKILL');
      await audit.append([factAt(writer, next++)]);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, line));
}

function factAt(writer: string, n: number): AuditRecord {
  const resource = parseResourceId(
    `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.Web/sites/app-${n % APPS}`,
  );
  return {
    id: recordId(writer, String(n)),
    at: new Date().toISOString(),
    kind: 'fix.applied',
    resource: resource && viewOf(resource),
    rule: 'webapp-min-tls',
    mode: 'autofix',
    operationId: null,
    approvalId: null,
    actor: { type: 'service' },
    trigger: null,
    changes: [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }],
    alsoMoved: [],
    reasons: [],
    arm: null,
    message: `Entry ${n} of writer ${writer}.`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', async (order) => {
    await write(orderShape.parse(order));
    process.send?.('done');
  });
  process.once('disconnect', () => process.exit());
  process.send?.('ready');
}
