/**
 * What there is in a subscription, from Resource Graph, a page at a time. It lags behind Resource Manager, so it says where
 * to look and nothing more. Its quota is told with every answer and passed on, so that the next page waits for it.
 */
import * as z from 'zod';
import type { Estate, EstatePage } from '../workflows/ports.ts';
import { type ClientOptions, createClient } from './client.ts';
import { type ArmReply, failureOf, failureOfError } from './errors.ts';

/**
 * Pages are only sound when rows are in the order of a unique column and show their id. Written out whole, so that a test
 * can hand it to the parser of the language.
 */
const QUERY = `resources
| where type in~ ('microsoft.web/sites', 'microsoft.web/sites/slots', 'microsoft.app/containerapps',
    'microsoft.app/managedenvironments', 'microsoft.web/serverfarms')
| project id, key = tolower(id)
| order by key asc`;
const API_VERSION = '2024-04-01';

export interface EstateOptions extends ClientOptions {
  /** Rows of a page; the sweep spreads the work of one page before it asks for the next. Default 200. */
  readonly pageSize?: number;
}

export function createEstate(options: EstateOptions): Estate {
  const client = createClient(options);
  return {
    async list(subscriptionId, token): Promise<EstatePage> {
      const url = client.urlOf('/providers/Microsoft.ResourceGraph/resources', API_VERSION);
      const asked = { $top: options.pageSize ?? 200, resultFormat: 'objectArray' };
      const reply = await client
        .send('POST', url, {
          subscriptions: [subscriptionId],
          query: QUERY,
          options: token === null ? asked : { ...asked, $skipToken: token },
        })
        .catch(failureOfError);
      if (!('status' in reply)) return { kind: 'refused', failure: reply };
      if (reply.status !== 200) {
        const failure = failureOf(reply, options.now());
        return { kind: 'refused', failure: { ...failure, retryAfter: failure.retryAfter ?? quotaWait(reply) } };
      }
      const { data, $skipToken } = ANSWER.parse(reply.body);
      return {
        kind: 'page',
        ids: data.map(({ id }) => id),
        next: $skipToken ?? null,
        waitSeconds: quotaWait(reply) ?? 0,
      };
    },
  };
}

const ANSWER = z.object({ data: z.array(z.object({ id: z.string() })), $skipToken: z.string().nullish() });

/** Seconds until the quota is there again, when the last query took the rest of it; null while some is left. */
function quotaWait({ header }: ArmReply): number | null {
  const [, hours = 0, minutes = 0, seconds = 0] =
    /^(\d+):(\d+):(\d+)/.exec(header('x-ms-user-quota-resets-after') ?? '')?.map(Number) ?? [];
  if (header('x-ms-user-quota-remaining') !== '0') return null;
  return hours * 3600 + minutes * 60 + seconds;
}
