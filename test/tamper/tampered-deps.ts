/**
 * Dependencies whose rows are in a real account, beside a fake Azure, and what really happened: the requests that
 * changed something, the appended records, and the decisions.
 */

import type { AuditRecord } from '../../src/domain/audit/audit.ts';
import type { Json } from '../../src/domain/resources/json.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import type { AuditLog } from '../../src/workflows/ports/audit.ts';
import type { Deps } from '../../src/workflows/ports/deps.ts';
import type { Sent } from '../fakes/azure/arm.ts';
import { type FakeDeps, fakeDeps } from '../fakes/deps.ts';
import { createHost, type Host } from '../fakes/scenarios/host.ts';
import { auditKeys } from '../storage/samples.ts';

export type Happened =
  | { readonly kind: 'record'; readonly record: AuditRecord }
  | { readonly kind: 'write'; readonly sent: Sent }
  | { readonly kind: 'decision'; readonly approvalId: string; readonly by: string; readonly decision: string }
  | { readonly kind: 'rollback'; readonly approvalId: string; readonly by: string; readonly fixId: string }
  | { readonly kind: 'settings'; readonly by: string }
  /** Somebody else changes an app. */
  | { readonly kind: 'change'; readonly path: string; readonly value: Json }
  | { readonly kind: 'exemption'; readonly rule: string; readonly scope: string; readonly by: string };

export interface TamperedDeps {
  readonly memory: FakeDeps;
  /** With the rows of the account. */
  readonly deps: Deps;
  readonly host: Host;
  readonly happened: Happened[];
  /** All failures, as texts. */
  readonly failures: string[];
}

/** Several times the requests of a cell: more mean that a row keeps the caller busy for ever. */
const MOST_REQUESTS = 2000;

/** `times` distinguishes the processes of one account. */
export function tamperedDeps(connectionString: string, times: string): TamperedDeps {
  const memory = fakeDeps();
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
  const { wakeups, events, resources, findings, approvals, settings, exemptions, budgets, guards } = storage;
  const audit: AuditLog = {
    ...storage.audit,
    async append(records) {
      const entries = await storage.audit.append(records);
      for (const record of records) happened.push({ kind: 'record', record });
      return entries;
    },
  };
  let ids = 0;
  const deps: Deps = {
    ...memory,
    ...{ wakeups, events, resources, findings, approvals, settings, exemptions, budgets, guards, audit },
    newId: () => {
      ids += 1;
      return `${times}-operation-${ids}`;
    },
    deadLetters: {
      ...memory.deadLetters,
      async recordFailure(key, error) {
        failures.push(error);
        await memory.deadLetters.recordFailure(key, error);
      },
    },
  };
  memory.arm.onWritten = (sent) => happened.push({ kind: 'write', sent });
  return { memory, deps, host: createHost(memory, { ports: deps }), happened, failures };
}

/** One request of a user; its failure is recorded. */
export async function tried<T>(of: TamperedDeps, action: (deps: Deps) => Promise<T>): Promise<T | null> {
  try {
    return await action(of.deps);
  } catch (error) {
    of.failures.push(String(error));
    return null;
  }
}
