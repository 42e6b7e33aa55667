/**
 * The request pipelines of the SDK clients (credential, user agent, correlation), without their models. Loaded with the first
 * request. Imports of the clients' `api` parts keep megabytes of models out of the bundle.
 */
import { createContainerAppsAPI } from '@azure/arm-appcontainers/api';
import { createWebSiteManagement } from '@azure/arm-appservice/api';
import { createMonitor } from '@azure/arm-monitor/api';
import type { TokenCredential } from '@azure/core-auth';
import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type HttpMethods,
  type Pipeline,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { sharedHttpClient } from '../http/http-client.ts';
import { keepNeededPolicies } from '../http/pipeline.ts';

export interface PipelineOptions {
  /** Origin of Resource Manager, e.g. `https://management.azure.com`. */
  readonly endpoint: string;
  /** The audience of tokens; needed because the SDKs use the public cloud for every endpoint. */
  readonly audience: string;
  readonly credential: TokenCredential;
  readonly httpClient?: HttpClient;
}

export interface RawRequest {
  readonly method: HttpMethods;
  readonly url: URL;
  /** JSON text. */
  readonly body: string | undefined;
  readonly abortSignal: AbortSignal;
}

/** Sends a request through the pipeline of the SDK for its provider; nothing is retried or redirected. */
export function createSender(options: PipelineOptions): (request: RawRequest) => Promise<PipelineResponse> {
  const { endpoint, audience, credential, httpClient = sharedHttpClient() } = options;
  const common = {
    endpoint,
    credentials: { scopes: [`${audience}/.default`] },
    userAgentOptions: { userAgentPrefix: 'plumbline' },
  };
  const sites = lean(createWebSiteManagement(credential, '', common));
  const apps = lean(createContainerAppsAPI(credential, '', common));
  const monitor = lean(createMonitor(credential, '', common));
  const pipelineFor = (path: string) => {
    // The last provider handles the request: a diagnostic setting is below its resource.
    const provider = path.toLowerCase().split('/providers/').at(-1) ?? '';
    if (provider.startsWith('microsoft.app/')) return apps;
    return provider.startsWith('microsoft.insights/') ? monitor : sites;
  };
  return ({ method, url, body, abortSignal }) => {
    const headers = {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const request = createPipelineRequest({
      url: url.href,
      method,
      abortSignal,
      headers: createHttpHeaders(headers),
      ...(body === undefined ? {} : { body }),
    });
    return pipelineFor(url.pathname).sendRequest(httpClient, request);
  };
}

/** The queue repeats what failed, so the pipeline repeats nothing. */
function lean({ pipeline }: { readonly pipeline: Pipeline }): Pipeline {
  keepNeededPolicies(pipeline);
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  return pipeline;
}
