/** Azure with the sign-in of the caller, as the environment names it. */
import type { HttpClient } from '@azure/core-rest-pipeline';
import { rules } from '../../rules/index.ts';
import type { Context } from '../framework/context.ts';
import { invalidInput } from '../framework/failure.ts';
import { createAzureReader } from '../scan/azure.ts';
import type { Surroundings } from '../scan/collect.ts';
import type { Progress } from './progress.ts';

const PUBLIC_CLOUD = 'https://management.azure.com';

export interface Connection {
  /** For tests: a client that trusts the simulator. */
  readonly httpClient?: HttpClient;
  readonly readsPerSecond?: number;
}

/** Throws CommandFailure for a variable that is no good. Sends no request. */
export async function connect(context: Context, progress: Progress, options: Connection = {}): Promise<Surroundings> {
  const { environment, clock, signal } = context;
  const endpoint = originOf(environment, 'AZURE_RESOURCE_MANAGER_ENDPOINT') ?? PUBLIC_CLOUD;
  const azure = createAzureReader({
    ...{ endpoint, clock, ...options },
    audience: originOf(environment, 'AZURE_RESOURCE_MANAGER_AUDIENCE') ?? endpoint,
    credential: await context.credential(),
    onRequestsLeft: (requests) => progress.onEvent({ kind: 'requests-left', requests }),
    onThrottled: (subscriptionId, seconds) => progress.onEvent({ kind: 'throttled', subscriptionId, seconds }),
  });
  const defaults = { workspaceId: environment.PLUMBLINE_WORKSPACE_ID || null };
  return { azure, clock, signal, rules, defaults, onEvent: progress.onEvent };
}

function originOf(environment: Context['environment'], name: string): string | null {
  const given = environment[name]?.trim();
  if (!given) return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url?.protocol === 'https:' && url.pathname === '/' && url.search === '' && url.username === '') return url.origin;
  throw invalidInput(`${name} must be an https URL without path`);
}
