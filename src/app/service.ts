/** Creates the service once, at the first use. So a missing setting is a clear error of each request, and functions still register. */

import { readConfig } from './config.ts';
import type { Service } from './create-service.ts';
import { readPauses } from './pauses.ts';

export type { Service };

let service: Promise<Service> | undefined;

/** The service of this process. Throws NotConfigured as long as settings are missing or malformed. */
export async function getService(): Promise<Service> {
  service ??= load(readConfig(process.env), readPauses(process.env));
  return service;
}

/** The SDKs and the rules are the largest part of the bundle. */
async function load(...settings: Parameters<typeof import('./create-service.ts').createService>): Promise<Service> {
  const { createService } = await import('./create-service.ts');
  return createService(...settings);
}
