/** Builds everything once, at the first use: a missing setting is then a clear error of each call, not an empty app. */
import { randomUUID } from 'node:crypto';
import { createActivity } from './azure/activity-log.ts';
import { createArm } from './azure/arm.ts';
import { createCredential } from './azure/credential.ts';
import { createEstate } from './azure/estate.ts';
import { noticesTo, tellingTopic } from './azure/notifications.ts';
import { type Config, readConfig } from './config.ts';
import { createCounting } from './counting.ts';
import { createLog } from './log.ts';
import { rules } from './rules/index.ts';
import type { Meters, World } from './workflows/ports.ts';

export interface Service {
  readonly world: World;
  readonly config: Config;
  /** Throws StorageUnavailable when the storage does not answer. */
  ping(): Promise<void>;
  readonly meters: Meters;
  /** Stores what was counted; throws nothing. */
  storeCounts(): Promise<void>;
}

let service: Promise<Service> | undefined;

/** The service of this process. Throws NotConfigured as long as settings are missing or malformed. */
export async function getService(): Promise<Service> {
  service ??= createService(readConfig(process.env));
  return service;
}

async function createService(config: Config): Promise<Service> {
  // The storage SDKs are most of what the bundle has to load, and registering functions needs none of it.
  const { openStorage } = await import('./storage/open-storage.ts');
  const now = () => new Date();
  const { ping, meters, tallies, ...stores } = openStorage({
    connection: config.storage,
    auditKeys: config.auditKeys,
    now,
    onFault: (fields, message) => log.error(fields, message),
    credential: createCredential({ ...config.identity, clientId: config.identity.storageClientId }),
  });
  const { log, store: storeCounts } = createCounting(createLog(config.logLevel), tallies, {
    now,
    after: (milliseconds, work) => void setTimeout(work, milliseconds).unref(),
  });
  const credential = createCredential(config.identity);
  const topic = config.topicEndpoint === null ? null : { endpoint: config.topicEndpoint, credential, log };
  return {
    config,
    ping,
    meters,
    storeCounts,
    world: {
      ...stores,
      audit: topic === null ? stores.audit : tellingTopic(stores.audit, topic),
      notices: noticesTo(topic),
      log,
      rules,
      clock: { now, sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)) },
      newId: randomUUID,
      random: Math.random,
      arm: createArm({ ...config.arm, credential, now, log }),
      activity: createActivity({ ...config.arm, credential, now, log }),
      estate: createEstate({ ...config.arm, credential, now, log }),
      options: {
        mode: config.mode,
        settleSeconds: config.settleSeconds,
        selfId: config.selfId,
        workspaceId: config.workspaceId,
      },
    },
  };
}
