// A client of the simulator as the service is one: a token from the identity endpoint, then raw ARM requests.
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { z } from 'zod';
import { isObject } from '../../simulator/json/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';

export interface ArmAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: unknown;
  /** A leaf of the body, such as `properties.siteConfig.ftpsState` or `value.0.id`. */
  at(path: string): unknown;
}

export interface Azure {
  get(path: string, apiVersion?: string): Promise<ArmAnswer>;
  send(method: string, path: string, body?: unknown, apiVersion?: string): Promise<ArmAnswer>;
  /** Any URL of the simulator, with headers as given. */
  raw(method: string, url: string, headers?: Record<string, string>, body?: string): Promise<ArmAnswer>;
  /** A control of the simulator, by its route. */
  control(method: string, route: string, body?: unknown): Promise<ArmAnswer>;
  token: string;
  close(): void;
}

/** The api-versions that paths are asked for with, the innermost provider first. */
const versions: readonly (readonly [RegExp, string])[] = [
  [/microsoft\.insights\/(metric)/i, '2018-03-01'],
  [/microsoft\.insights\/(activityLog)/i, '2020-10-01'],
  [/microsoft\.insights/i, '2021-05-01-preview'],
  [/microsoft\.authorization\/policy/i, '2022-06-01'],
  [/microsoft\.authorization/i, '2022-04-01'],
  [/microsoft\.security/i, '2024-01-01'],
  [/microsoft\.resources/i, '2021-04-01'],
  [/microsoft\.network/i, '2024-05-01'],
  [/microsoft\.app\//i, '2025-07-01'],
  [/microsoft\.web\//i, '2025-05-01'],
];

function versionOf(path: string): string {
  return versions.find(([pattern]) => pattern.test(path))?.[1] ?? '2021-04-01';
}

export async function connect(simulator: Simulator): Promise<Azure> {
  const agent = new Agent({ ca: await readFile(simulator.certificatePath), keepAlive: true });

  function raw(method: string, url: string, headers: Record<string, string> = {}, body?: string): Promise<ArmAnswer> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest(url, { method, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = String(response.headers['content-type']).startsWith('application/json');
          const parsed: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: parsed,
            at: (path) => leaf(parsed, path),
          });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = simulator.environment;
  const answer = await raw('GET', `${IDENTITY_ENDPOINT}?resource=${simulator.url}&api-version=2019-08-01`, {
    'x-identity-header': IDENTITY_HEADER ?? '',
  });
  const { access_token: token } = z.object({ access_token: z.string() }).parse(answer.body);

  const send: Azure['send'] = (method, path, body, apiVersion = versionOf(path)) => {
    const url = path.startsWith('https:') ? path : `${simulator.url}${path}?api-version=${apiVersion}`;
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    return raw(method, url, headers, textOf(body));
  };
  return {
    token,
    raw,
    send,
    control: (method, route, body) => raw(method, `${simulator.url}/_simulator/${route}`, {}, textOf(body)),
    get: (path, apiVersion) => send('GET', path, undefined, apiVersion),
    close: () => agent.destroy(),
  };
}

function textOf(body: unknown): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body);
}

export function leaf(body: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isObject(at) ? at[key] : undefined;
  }, body);
}

export interface Webhook {
  url: string;
  /** What came, in the order in which it came. */
  received: { headers: IncomingHttpHeaders; body: unknown }[];
  /** Statuses to answer with, one after the other; 202 when none is left. */
  answers: number[];
  close(): Promise<void>;
}

export async function webhook(): Promise<Webhook> {
  const hook: Pick<Webhook, 'received' | 'answers'> = { received: [], answers: [] };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    hook.received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(hook.answers.shift() ?? 202).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    ...hook,
    url: `http://127.0.0.1:${port}/runtime/webhooks/EventGrid?functionName=resourceChanged`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
