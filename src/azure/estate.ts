/**
 * Lists the resources of a subscription from Resource Graph, one page at a time. Resource Graph lags behind Resource Manager,
 * so only the ids are used. Every answer contains the remaining quota, which is passed on, so that the next page waits for it.
 */
import * as z from 'zod';
import type { Estate, EstatePage } from '../workflows/ports/azure.ts';
import { type ClientOptions, createClient } from './client.ts';
import { armFailureOf, type HttpResponse, transientFailureOf } from './errors.ts';

/**
 * Paging is only reliable when rows are sorted by a unique column and contain their id. The query is one constant, so that a
 * test can parse it with the parser of the language.
 */
const QUERY = `resources
| where type in~ ('microsoft.web/sites', 'microsoft.web/sites/slots', 'microsoft.app/containerapps',
    'microsoft.app/managedenvironments', 'microsoft.web/serverfarms')
| project id, key = tolower(id)
| order by key asc`;
const API_VERSION = '2024-04-01';

export interface EstateOptions extends ClientOptions {
  /** Rows of a page; the sweep spreads the work of one page before it requests the next. Default 200. */
  readonly pageSize?: number;
}

export function createEstate(options: EstateOptions): Estate {
  const client = createClient(options);
  return {
    async listResources(subscriptionId, token): Promise<EstatePage> {
      const url = client.urlOf('/providers/Microsoft.ResourceGraph/resources', API_VERSION);
      const queryOptions = { $top: options.pageSize ?? 200, resultFormat: 'objectArray' };
      const reply = await client
        .send('POST', url, {
          subscriptions: [subscriptionId],
          query: QUERY,
          options: token === null ? queryOptions : { ...queryOptions, $skipToken: token },
        })
        .catch(transientFailureOf);
      if (!('status' in reply)) return { kind: 'refused', failure: reply };
      if (reply.status !== 200) {
        const failure = armFailureOf(reply, options.now());
        return { kind: 'refused', failure: { ...failure, retryAfter: failure.retryAfter ?? quotaResetSeconds(reply) } };
      }
      const { data, $skipToken } = responseSchema.parse(reply.body);
      return {
        kind: 'page',
        ids: data.map(({ id }) => id),
        next: $skipToken ?? null,
        waitSeconds: quotaResetSeconds(reply) ?? 0,
      };
    },
  };
}

const responseSchema = z.object({ data: z.array(z.object({ id: z.string() })), $skipToken: z.string().nullish() });

/** Seconds until the quota is reset, when the last query used it up; null while some is left. */
function quotaResetSeconds({ header }: HttpResponse): number | null {
  const [, hours = 0, minutes = 0, seconds = 0] =
    /^(\d+):(\d+):(\d+)/.exec(header('x-ms-user-quota-resets-after') ?? '')?.map(Number) ?? [];
  if (header('x-ms-user-quota-remaining') !== '0') return null;
  return hours * 3600 + minutes * 60 + seconds;
}
