/** The flags of `npm run doctor`. */
import { parseArgs } from 'node:util';
import { parseResourceId } from '../../src/domain/resources/resource.ts';
import type { AzureDeployment } from './azure-deployment.ts';

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE =
  'usage: npm run doctor [-- --url https://APP.azurewebsites.net --resource ARM_ID --audience api://ID [--drift]] [--patience SECONDS] [--json]';

export interface Flags {
  readonly json: boolean;
  readonly patienceSeconds: number;
  /** null: the running development environment. */
  readonly azure: Omit<AzureDeployment, 'credential'> | null;
}

/** A minute for the development environment; in Azure the settle delay and Event Grid take their time. */
const PATIENCE = { dev: '60', azure: '300' };

/** Throws UsageError. `environment` names Resource Manager where it is not the public cloud's. */
export function parseFlags(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Flags {
  const { url, resource, audience, drift, json, patience } = valuesOf(args);
  const isDev = url === undefined;
  const seconds = patience ?? (isDev ? PATIENCE.dev : PATIENCE.azure);
  if (!/^\d{1,5}$/.test(seconds))
    throw new UsageError(`--patience must be a whole number of seconds, not "${seconds}"`);
  const flags = { json, patienceSeconds: Number(seconds) };
  if (isDev) {
    if (resource !== undefined || audience !== undefined || drift)
      throw new UsageError('--resource, --audience and --drift go with --url');
    return { ...flags, azure: null };
  }
  if (!URL.canParse(url) || !isPrivate(new URL(url)))
    throw new UsageError('--url must be https://, as your token travels there');
  const app = parseResourceId(resource ?? '');
  if (!app || !SCRATCH.includes(app.kind))
    throw new UsageError('--resource must be the ARM id of a scratch web app or container app');
  if (!audience) throw new UsageError("--audience must be the application id URI of Plumbline's registration: api://…");
  return {
    ...flags,
    azure: {
      url: new URL(url).origin,
      app,
      audience: audience.replace(/\/$/, ''),
      drift,
      endpoint: environment.AZURE_RESOURCE_MANAGER_ENDPOINT,
      armAudience: environment.AZURE_RESOURCE_MANAGER_AUDIENCE,
    },
  };
}

const SCRATCH = ['web-app', 'container-app', 'environment'];

function valuesOf(args: readonly string[]) {
  const options = {
    url: { type: 'string' },
    resource: { type: 'string' },
    audience: { type: 'string' },
    drift: { type: 'boolean', default: false },
    patience: { type: 'string' },
    json: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}

/** A token leaves this machine by https only. */
function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
