/** Creates the service from its settings. Loaded at the first use, because registering functions needs none of it. */

import { randomUUID } from 'node:crypto';
import { createActivityLog } from '../azure/activity-log.ts';
import { createAppHealth } from '../azure/app-health.ts';
import { createArm } from '../azure/arm.ts';
import { createCredential } from '../azure/credential.ts';
import { createEstate } from '../azure/estate.ts';
import { createNotifications, publishingAuditLog } from '../azure/notifications.ts';
import { createThrottling } from '../azure/throttling.ts';
import { rules } from '../rules/index.ts';
import { openStorage } from '../storage/open-storage.ts';
import type { Deps } from '../workflows/ports/deps.ts';
import type { Requester } from '../workflows/ports/guards.ts';
import type { MetricsSource } from '../workflows/ports/metrics.ts';
import type { Pauses } from '../workflows/ports/runtime.ts';
import { createReadPace } from '../workflows/settings/read-pace.ts';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';

export interface Service {
  readonly deps: Deps;
  readonly config: Config;
  /** Throws StorageUnavailable when the storage does not answer. */
  ping(): Promise<void>;
  readonly meters: MetricsSource;
  /** Stores the counters, and the revisions of what was changed; throws nothing. */
  flush(): Promise<void>;
}

/** Sends no request. */
export function createService(config: Config, pauses: Pauses): Service {
  const now = () => new Date();
  const after = (milliseconds: number, work: () => void) => void setTimeout(work, milliseconds).unref();
  const { ping, meters, counters, ...stores } = openStorage({
    connection: config.storage,
    auditKeys: config.auditKeys,
    now,
    leaseSeconds: pauses.leaseSeconds,
    rememberSeconds: pauses.rememberSeconds,
    after,
    onFault: (fields, message) => log.error(fields, message),
    credential: createCredential({ ...config.identity, clientId: config.identity.storageClientId }),
  });
  const log = createLog(config.logLevel);
  const { metrics, flush: flushMetrics } = createMetrics(log, counters, {
    now,
    everySeconds: pauses.countersSeconds,
    after,
  });
  const credential = createCredential(config.identity);
  const topic = config.topicEndpoint === null ? null : { endpoint: config.topicEndpoint, credential, log };
  const clock = {
    now,
    sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  };
  const throttlingOf = (requester: Requester) =>
    createThrottling({
      guards: stores.guards,
      clock,
      log,
      metrics,
      firstSeconds: pauses.throttledSeconds,
      requester,
    });
  const throttling = throttlingOf('change');
  const sweepThrottling = throttlingOf('sweep');
  const client = { ...config.arm, credential, now, log, metrics, throttling };
  const sweepClient = { ...client, throttling: sweepThrottling };
  return {
    config,
    ping,
    meters,
    async flush() {
      await Promise.all([flushMetrics(), stores.revisions.flush()]);
    },
    deps: {
      ...stores,
      guards: throttling.guards,
      audit: topic === null ? stores.audit : publishingAuditLog(stores.audit, topic),
      notifications: createNotifications(topic),
      log,
      metrics,
      rules,
      clock,
      newId: randomUUID,
      random: Math.random,
      arm: createArm(client),
      activityLog: createActivityLog(client),
      health: createAppHealth(client),
      estate: createEstate(client),
      sweeping: {
        arm: createArm(sweepClient),
        activityLog: createActivityLog(sweepClient),
        guards: sweepThrottling.guards,
        pace: createReadPace(pauses.sweepReadsPerSecond, now),
      },
      options: {
        mode: config.mode,
        settleSeconds: config.settleSeconds,
        selfId: config.selfId,
        workspaceId: config.workspaceId,
        pauses,
      },
    },
  };
}
