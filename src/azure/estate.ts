/**
 * Lists the resources of a subscription from Resource Graph. Paging by $skipToken is by position, so a row that vanishes
 * between two pages hides another. Hash partitions hide none: each fits one page, and when one does not, its rows are counted.
 */
import * as z from 'zod';
import { json } from '../domain/resources/schema.ts';
import type {
  Estate,
  EstateList,
  EstateQuery,
  EstateRefusal,
  EstateRow,
  EstateTable,
} from '../workflows/ports/azure.ts';
import { type ClientOptions, createClient } from './client.ts';
import { armFailureOf, type HttpResponse, transientFailureOf } from './errors.ts';

const API_VERSION = '2024-04-01';
/** The most rows of a page that Resource Graph gives. */
const PAGE_SIZE = 1000;
/** A partition of more rows than fit so many pages is not complete. */
const MAX_PAGES = 10;
/** Queries that a partition may take: with fewer left, the next one waits for the quota. */
const QUERIES_OF_PART = 3;

/**
 * The types that are listed in each table, and the id of the app of a row. A configuration is in the partition of its app:
 * its id is cut by the length of `/config/web`.
 */
const TABLES: Readonly<Record<EstateTable, { readonly from: string; readonly key: string; readonly suffix: string }>> =
  {
    resources: {
      from: `resources
| where type in~ ('microsoft.web/sites', 'microsoft.web/sites/slots', 'microsoft.app/containerapps', 'microsoft.app/managedenvironments', 'microsoft.web/serverfarms')`,
      key: 'tolower(id)',
      suffix: '',
    },
    configurations: {
      from: `appserviceresources
| where type in~ ('microsoft.web/sites/config', 'microsoft.web/sites/slots/config')`,
      key: 'tolower(substring(id, 0, strlen(id) - 11))',
      suffix: '/config/web',
    },
    shared: {
      from: `resources
| where type in~ ('microsoft.web/serverfarms', 'microsoft.app/managedenvironments')`,
      key: 'tolower(id)',
      suffix: '',
    },
    groups: {
      from: `resourcecontainers
| where type =~ 'microsoft.resources/subscriptions/resourcegroups'`,
      key: 'tolower(id)',
      suffix: '',
    },
  };

export function createEstate(options: ClientOptions): Estate {
  const client = createClient(options);

  /** One query. At least one column is a text: without one Resource Graph gives no $skipToken. */
  async function ask(
    subscriptionId: string,
    query: string,
    more: { $top: number; $skipToken?: string },
  ): Promise<Answer | EstateRefusal> {
    const url = client.urlOf('/providers/Microsoft.ResourceGraph/resources', API_VERSION);
    const body = { subscriptions: [subscriptionId], query, options: { ...more, resultFormat: 'objectArray' } };
    const reply = await client.send('POST', url, body).catch(transientFailureOf);
    if (!('status' in reply)) return { kind: 'refused', failure: reply };
    if (reply.status === 200) return { ...RESPONSE.parse(reply.body), waitSeconds: quotaWait(reply, QUERIES_OF_PART) };
    const failure = armFailureOf(reply, options.now());
    return {
      kind: 'refused',
      failure: { ...failure, retryAfter: failure.retryAfter ?? (quotaWait(reply, 1) || null) },
    } as const;
  }

  return {
    async countResources(subscriptionId) {
      const answer = await ask(subscriptionId, `${TABLES.resources.from}\n| project id`, { $top: 1 });
      if ('failure' in answer) return answer;
      return { kind: 'counted', total: answer.totalRecords, waitSeconds: answer.waitSeconds };
    },

    async listPart(query): Promise<EstateList | EstateRefusal> {
      const { suffix } = TABLES[query.table];
      const rows = new Map<string, EstateRow>();
      let token: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const more = { $top: PAGE_SIZE, ...(token === undefined ? {} : { $skipToken: token }) };
        const answer = await ask(query.subscriptionId, queryOf(query), more);
        if ('failure' in answer) return answer;
        for (const { id, ...columns } of answer.data) {
          const own = suffix === '' ? id : id.slice(0, -suffix.length);
          rows.set(own.toLowerCase(), { id: own, columns });
        }
        token = answer.$skipToken ?? undefined;
        const complete = rows.size === answer.totalRecords;
        if (token === undefined)
          return { kind: 'listed', rows: [...rows.values()], complete, waitSeconds: answer.waitSeconds };
      }
      return { kind: 'listed', rows: [...rows.values()], complete: false, waitSeconds: 0 };
    },
  };
}

/** Types and partition come first: these conditions are cheap. The order is by a unique column, as paging needs it. */
export function queryOf({ table, part, columns }: Omit<EstateQuery, 'subscriptionId'>): string {
  const { from, key } = TABLES[table];
  const named = Object.entries(columns).map(([name, expression]) => `, ${name} = ${expression}`);
  return `${from}
| where hash(${key}) % ${part.of} == ${part.index}
| order by tolower(id) asc
| project id${named.join('')}`;
}

const RESPONSE = z.object({
  totalRecords: z.int().nonnegative(),
  data: z.array(z.object({ id: z.string() }).catchall(json)),
  $skipToken: z.string().nullish(),
});

interface Answer extends z.infer<typeof RESPONSE> {
  readonly waitSeconds: number;
}

/** Seconds until the quota is reset, when fewer queries than these are left; otherwise 0. */
function quotaWait({ header }: HttpResponse, queries: number): number {
  const [, hours = 0, minutes = 0, seconds = 0] =
    /^(\d+):(\d+):(\d+)/.exec(header('x-ms-user-quota-resets-after') ?? '')?.map(Number) ?? [];
  const left = header('x-ms-user-quota-remaining');
  if (left === undefined || Number(left) >= queries) return 0;
  return hours * 3600 + minutes * 60 + seconds;
}
