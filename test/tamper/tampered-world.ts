/**
 * A world whose rows lie in a real account, beside a small Azure; and what really happened in it, told by those who did it:
 * the requests that changed something, the facts that were recorded, and what people decided.
 */
import type { AuditFact } from '../../src/domain/audit.ts';
import type { Json } from '../../src/domain/json.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import type { AuditLog, World } from '../../src/workflows/ports.ts';
import { auditKeys } from '../storage/samples.ts';
import { createHost, type Host } from '../world/host.ts';
import type { Sent } from '../world/memory-azure.ts';
import { type MemoryWorld, memoryWorld } from '../world/memory-world.ts';

export type Happened =
  | { readonly kind: 'fact'; readonly fact: AuditFact }
  | { readonly kind: 'write'; readonly sent: Sent }
  | { readonly kind: 'decision'; readonly approvalId: string; readonly by: string; readonly decision: string }
  | { readonly kind: 'rollback'; readonly approvalId: string; readonly by: string; readonly fixId: string }
  | { readonly kind: 'settings'; readonly by: string }
  /** Somebody else changes an app. */
  | { readonly kind: 'change'; readonly path: string; readonly value: Json }
  | { readonly kind: 'exemption'; readonly rule: string; readonly scope: string; readonly by: string };

export interface TamperedWorld {
  readonly memory: MemoryWorld;
  /** With the rows of the account. */
  readonly world: World;
  readonly host: Host;
  readonly happened: Happened[];
  /** Whatever failed, in the words of the failure. */
  readonly failures: string[];
}

/** Several times what a cell takes: who asks more has met a row that keeps it busy for ever. */
const MOST_REQUESTS = 2000;

/** `times` tells apart the processes that one account sees. */
export function tamperedWorld(connectionString: string, times: string): TamperedWorld {
  const memory = memoryWorld();
  const happened: Happened[] = [];
  const failures: string[] = [];
  let requests = 0;
  const storage = openStorage({
    connection: { kind: 'connection-string', value: connectionString },
    auditKeys,
    now: () => memory.clock.now(),
    pause: async () => undefined,
    onFault: memory.log.error,
    onRequest: () => {
      requests += 1;
      if (requests > MOST_REQUESTS) throw new Error(`it asks again and again: more than ${MOST_REQUESTS} requests`);
    },
  });
  const { alarms, events, memories, findings, approvals, settings, exemptions, budgets, guards } = storage;
  const audit: AuditLog = {
    ...storage.audit,
    async append(facts) {
      const entries = await storage.audit.append(facts);
      for (const fact of facts) happened.push({ kind: 'fact', fact });
      return entries;
    },
  };
  let ids = 0;
  const world: World = {
    ...memory,
    ...{ alarms, events, memories, findings, approvals, settings, exemptions, budgets, guards, audit },
    newId: () => {
      ids += 1;
      return `${times}-operation-${ids}`;
    },
    deadLetters: {
      ...memory.deadLetters,
      async noteFailure(key, error) {
        failures.push(error);
        await memory.deadLetters.noteFailure(key, error);
      },
    },
  };
  memory.arm.onWritten = (sent) => happened.push({ kind: 'write', sent });
  return { memory, world, host: createHost(memory, { ports: world }), happened, failures };
}

/** What somebody asks for, once; what it fails with is told. */
export async function tried<T>(of: TamperedWorld, action: (world: World) => Promise<T>): Promise<T | null> {
  try {
    return await action(of.world);
  } catch (error) {
    of.failures.push(String(error));
    return null;
  }
}
