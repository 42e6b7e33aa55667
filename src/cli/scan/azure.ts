/**
 * Azure as scans read it: the reader, the listing and the document table of the service, with the sign-in of the caller.
 * Nothing here can write: a scan has only these functions.
 */
import type { AccessToken, TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import * as z from 'zod';
import { createArm } from '../../azure/arm.ts';
import { type ClientOptions, createClient, type SentRequest } from '../../azure/client.ts';
import { armFailureOf, transientFailureOf } from '../../azure/errors.ts';
import { createEstate } from '../../azure/estate.ts';
import { isObject } from '../../domain/resources/json.ts';
import type { Arm, Estate, EstateRefusal } from '../../workflows/ports/azure.ts';
import { NO_METRICS } from '../../workflows/ports/metrics.ts';
import type { Clock, Log } from '../../workflows/ports/runtime.ts';
import { CommandFailure, messageOf } from '../framework/failure.ts';
import { createPace } from './pace.ts';

export interface AzureReader {
  readonly read: Arm['read'];
  readonly estate: Estate;
  /** The ids of the subscriptions that the caller sees. */
  listSubscriptions(): Promise<{ readonly kind: 'listed'; readonly ids: readonly string[] } | EstateRefusal>;
  /** Throws CommandFailure when the sign-in was refused or has expired since the last call. */
  checkSignIn(): void;
}

export interface AzureOptions {
  /** Origins of Resource Manager and of its tokens. */
  readonly endpoint: string;
  readonly audience: string;
  readonly credential: TokenCredential;
  readonly clock: Clock;
  readonly httpClient?: HttpClient;
  readonly readsPerSecond?: number;
  /** How many requests Azure takes now, as it last said. */
  readonly onRequestsLeft?: (requests: number) => void;
  readonly onThrottled?: (subscriptionId: string, seconds: number) => void;
}

const SUBSCRIPTIONS = '2022-12-01';
const page = z.object({ value: z.array(z.object({ subscriptionId: z.string() })), nextLink: z.string().nullish() });
const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

export function createAzureReader(options: AzureOptions): AzureReader {
  const { endpoint, audience, clock, httpClient, onRequestsLeft } = options;
  let problem: CommandFailure | null = null;
  const noteSignIn = (failure: CommandFailure) => {
    problem ??= failure;
  };
  const client: ClientOptions = {
    ...{ endpoint, audience, log: QUIET, now: () => clock.now() },
    credential: keepingTokens(options.credential, clock, noteSignIn),
    throttling: createPace(options),
    metrics: {
      ...NO_METRICS,
      setRequestsLeft: ({ limit }, requests) => {
        if (limit === 'subscription-reads') onRequestsLeft?.(requests);
      },
    },
    onRequest: ({ status }: SentRequest) => {
      if (status === 401) noteSignIn(new CommandFailure(4, EXPIRED));
    },
    ...(httpClient ? { httpClient } : {}),
  };
  const arm = createArm(client);
  const raw = createClient(client);

  return {
    read: arm.read,
    estate: createEstate(client),

    async listSubscriptions() {
      const ids: string[] = [];
      let url: URL | null = raw.urlOf('/subscriptions', SUBSCRIPTIONS);
      while (url) {
        const reply = await raw.send('GET', url).catch(transientFailureOf);
        if (!('status' in reply)) return { kind: 'refused', failure: reply };
        if (reply.status !== 200) return { kind: 'refused', failure: armFailureOf(reply, clock.now()) };
        const { value, nextLink } = page.parse(isObject(reply.body) ? reply.body : {});
        ids.push(...value.map(({ subscriptionId }) => subscriptionId));
        url = raw.urlFromAzure(nextLink ?? undefined);
      }
      return { kind: 'listed', ids };
    },

    checkSignIn() {
      if (problem) throw problem;
    },
  };
}

const EXPIRED =
  'Azure refuses the sign-in (401): it has expired, or is for another cloud. Sign in again with az login.';
const NO_SIGN_IN =
  'No sign-in to Azure was found. Run az login, or set what @azure/identity reads: a managed identity, a workload identity, or AZURE_TENANT_ID, AZURE_CLIENT_ID and a secret or certificate.';

/** Milliseconds before its end when a token is asked for anew. */
const EARLY_MS = 5 * 60_000;

/** The Azure CLI starts a process for each token, so one token serves all clients. */
function keepingTokens(
  credential: TokenCredential,
  clock: Clock,
  noteSignIn: (failure: CommandFailure) => void,
): TokenCredential {
  let known: { readonly scope: string; readonly token: Promise<AccessToken | null>; until: number } | undefined;
  return {
    async getToken(scopes, request) {
      const scope = String(scopes);
      if (!known || known.scope !== scope || clock.now().getTime() >= known.until) {
        // Without the signal of one request, which would end the token of the others.
        const { abortSignal: _, ...rest } = request ?? {};
        const asked = { scope, token: credential.getToken(scopes, rest), until: Number.POSITIVE_INFINITY };
        known = asked;
        asked.token.then(
          (token) => {
            asked.until = (token?.expiresOnTimestamp ?? 0) - EARLY_MS;
            if (token === null) noteSignIn(new CommandFailure(4, NO_SIGN_IN));
          },
          (error: unknown) => {
            asked.until = 0;
            noteSignIn(new CommandFailure(4, `${NO_SIGN_IN} (${messageOf(error).slice(0, 200)})`));
          },
        );
      }
      return known.token;
    },
  };
}
