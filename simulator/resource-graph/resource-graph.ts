// Resource Graph over the estate: it answers the one query that the service sends, for the types that it names, and refuses
// every other, pages it, counts the quota of each caller, and may lag behind Resource Manager as the real one does.
import { z } from 'zod';
import { errors } from '../arm/errors.ts';
import type { ResourceKind } from '../arm/resource-id.ts';
import type { EstateStore } from '../estate/estate-store.ts';
import type { HttpResponse } from '../http/response.ts';

export const graphPath = '/providers/microsoft.resourcegraph/resources';
export const graphAction = 'Microsoft.ResourceGraph/resources/read';

export interface GraphOptions {
  /** Maximum rows of a page; default 1000. */
  pageSize?: number;
  /** For how long an answer may show the estate as it was; default 0. */
  lagMilliseconds?: number;
  /** Queries that a caller may send in 5 s; default 15. */
  quota?: number;
}

export interface ResourceGraph {
  /** Answers a query of this caller at `now` (milliseconds) with what they may read. */
  answer(body: unknown, caller: GraphCaller, now: number): HttpResponse;
  /** The answer to a caller whose quota is used up. */
  throttled(seconds: number): HttpResponse;
}

export interface GraphCaller {
  objectId: string;
  mayRead(resource: { id: string; type: string }): boolean;
}

interface Row {
  id: string;
  key: string;
  kind: ResourceKind;
  type: string;
}

const QUERY =
  /^resources\s*\|\s*where type in~ \((?<types>'[a-z./]+'(?:,\s*'[a-z./]+')*)\)\s*\|\s*project id,\s*key\s*=\s*tolower\(id\)\s*\|\s*order by key asc$/;
/** The types it has, and so the only ones that a query may name. */
const KINDS: Record<string, ResourceKind> = {
  'microsoft.web/sites': 'site',
  'microsoft.web/sites/slots': 'slot',
  'microsoft.web/serverfarms': 'plan',
  'microsoft.app/containerapps': 'containerApp',
  'microsoft.app/managedenvironments': 'environment',
};
const windowMilliseconds = 5000;

const request = z.object({
  subscriptions: z.array(z.string()).min(1),
  query: z.string(),
  options: z.object({
    $top: z.int().min(1).max(1000).default(100),
    $skipToken: z.string().optional(),
    resultFormat: z.literal('objectArray'),
  }),
});

export function createResourceGraph(estate: EstateStore, options: GraphOptions): ResourceGraph {
  const quota = options.quota ?? 15;
  const windows = new Map<string, { began: number; asked: number }>();
  const shown = new Map<string, { at: number; rows: Row[] }>();

  /** The resources of a subscription, as they are or as they were a while ago. */
  function rowsOf(subscription: string, now: number): Row[] {
    const before = shown.get(subscription);
    if (before && now - before.at < (options.lagMilliseconds ?? 0)) return before.rows;
    const rows = estate
      .below(`/subscriptions/${subscription}`)
      .map(({ id, kind, address }) => ({ id, key: id.toLowerCase(), kind, type: address.type }));
    shown.set(subscription, { at: now, rows });
    return rows;
  }

  const quotaHeaders = (remaining: number, milliseconds: number) => ({
    'x-ms-user-quota-remaining': String(Math.max(0, remaining)),
    'x-ms-user-quota-resets-after': timeSpan(Math.ceil(milliseconds / 1000)),
  });

  const throttled = (seconds: number): HttpResponse => ({
    ...errors.badRequest(
      'RateLimiting',
      'Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed.',
    ), // wording unverified
    status: 429,
    headers: quotaHeaders(0, seconds * 1000),
  });

  return {
    throttled,

    answer(body, caller, now) {
      const known = windows.get(caller.objectId);
      const window = known && now - known.began < windowMilliseconds ? known : { began: now, asked: 0 };
      windows.set(caller.objectId, window);
      window.asked += 1;
      const resets = window.began + windowMilliseconds - now;
      if (window.asked > quota) return throttled(Math.ceil(resets / 1000));

      const parsed = request.safeParse(body);
      const kinds = kindsIn(parsed.data?.query ?? '');
      if (!parsed.success || !kinds) {
        return errors.badRequest('BadRequest', 'Please provide a query that the simulator knows.'); // wording ours
      }
      const { subscriptions, options: asked } = parsed.data;
      const rows = subscriptions
        .flatMap((id) => rowsOf(id.toLowerCase(), now))
        .filter((row) => kinds.includes(row.kind) && caller.mayRead(row))
        .map(({ id, key }) => ({ id, key }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      const start = asked.$skipToken === undefined ? 0 : offsetIn(asked.$skipToken);
      if (start === null) return errors.badRequest('BadRequest', 'The skip token is not valid.'); // wording ours
      const end = start + Math.min(asked.$top, options.pageSize ?? 1000);
      const data = rows.slice(start, end);
      const more = end < rows.length ? { $skipToken: Buffer.from(`offset ${end}`).toString('base64') } : {};
      return {
        status: 200,
        body: { totalRecords: rows.length, count: data.length, data, facets: [], resultTruncated: 'false', ...more },
        headers: quotaHeaders(quota - window.asked, resets),
      };
    },
  };
}

/** What a query asks for; null when it is another query, or names a type that there is not. */
function kindsIn(query: string): ResourceKind[] | null {
  const types = QUERY.exec(query.trim().replace(/\s+/g, ' '))?.groups?.types;
  if (types === undefined) return null;
  const kinds = types.split(',').flatMap((type) => KINDS[type.trim().slice(1, -1)] ?? []);
  return kinds.length === types.split(',').length ? kinds : null;
}

function offsetIn(token: string): number | null {
  const found = /^offset (\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  return found === undefined ? null : Number(found);
}

function timeSpan(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}
