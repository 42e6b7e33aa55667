/**
 * A deployment in Azure, with the credential of the user who runs the command: it changes the scratch app through Resource
 * Manager and calls Plumbline with a token for its audience. Plumbline's own identity is never used.
 */

import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { createAppHealth } from '../../src/azure/app-health.ts';
import { createClient, type Method } from '../../src/azure/client.ts';
import { identityFromToken } from '../../src/azure/service-identity.ts';
import { type DocumentName, documentOf } from '../../src/domain/resources/documents.ts';
import type { Json } from '../../src/domain/resources/json.ts';
import type { Resource } from '../../src/domain/resources/resource.ts';
import { NO_METRICS } from '../../src/workflows/ports/metrics.ts';
import type { Deployment } from './deployment.ts';
import { mayInSubscription } from './permissions.ts';

export interface AzureDeployment {
  /** Origin of the function app. */
  readonly url: string;
  readonly app: Resource;
  /** What tokens for the API are issued for, such as `api://…`. */
  readonly audience: string;
  readonly drift: boolean;
  readonly credential: TokenCredential;
  /** Resource Manager; default the public cloud's. */
  readonly endpoint?: string | undefined;
  readonly armAudience?: string | undefined;
  readonly httpClient?: HttpClient;
}

const PUBLIC_CLOUD = 'https://management.azure.com';
const body = z.record(z.string(), z.json());
const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export function azureDeployment(options: AzureDeployment): Deployment {
  const { url, app, audience, drift, credential, endpoint = PUBLIC_CLOUD, armAudience = endpoint } = options;
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const clientOptions = {
    endpoint,
    audience: armAudience,
    credential,
    log: quiet,
    now: () => new Date(),
    metrics: NO_METRICS,
    throttling: null,
    ...(options.httpClient && { httpClient: options.httpClient }),
  };
  const arm = createClient(clientOptions);

  async function send(method: Method, document: DocumentName, content?: Json): Promise<Json | undefined> {
    const row = documentOf(app.kind, document);
    const path = row?.path(app, null);
    if (!row || !path) throw new Error(`${app.type} has no document ${document}`);
    const reply = await arm.send(method, arm.urlOf(path, row.apiVersion), content);
    if (reply.status < 300) return reply.body;
    const { code, message } = refusal.safeParse(reply.body).data?.error ?? { code: '', message: '' };
    throw new Error(`Azure answered your ${method} of ${app.name} with ${reply.status} ${code} ${message}`.trim());
  }

  async function tokenFor(scope: string): Promise<string> {
    const token = await credential.getToken(scope);
    if (!token) throw new Error(`no token for ${scope} could be had; sign in first, for example with az login`);
    return token.token;
  }

  return {
    url,
    app,
    drift,
    signedIn: async () => ({ authorization: `Bearer ${await tokenFor(`${audience}/.default`)}` }),
    changer: async () => identityFromToken(await tokenFor(`${armAudience}/.default`)).objectId,
    identityMay: (objectId, action) => mayInSubscription(arm, app.subscriptionId, objectId, action),
    read: async (document = 'resource') => body.parse(await send('GET', document)),
    patch: async (content) => void (await send('PATCH', 'resource', content)),
    put: async (document, content) => void (await send('PUT', document, content)),
    health: createAppHealth(clientOptions),
    close: async () => {},
  };
}
