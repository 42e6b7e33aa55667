// An HTTP server with fixed API responses. The page and its headers are those of the service.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getConsole, getConsoleFile } from '../../src/api/endpoints/console.ts';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: any JSON that the page sends
  readonly body: any;
}

export interface FakeResponse {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** In place of the body. */
  readonly text?: string;
}

export type Responses = Record<string, FakeResponse | ((request: FakeRequest) => FakeResponse)>;

export interface FakeApi {
  readonly url: string;
  /** By method and path, e.g. `GET /api/approvals`. Anything else is 404. */
  responses: Responses;
  readonly requests: FakeRequest[];
  /** How many requests have no answer yet. */
  waiting(): number;
  /** The calls that have no response here. */
  unknown(): readonly string[];
  close(): Promise<void>;
}

export async function startFakeApi(): Promise<FakeApi> {
  const requests: FakeRequest[] = [];
  const api = { responses: {} as Responses };
  let waiting = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const served = await servedFile(url.pathname);
    if (served) return void response.writeHead(200, served.headers).end(served.body);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const method = request.method ?? 'GET';
    const fake = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text ? JSON.parse(text) : undefined,
    };
    requests.push(fake);
    const found = api.responses[`${method} ${url.pathname}`];
    const {
      status = 200,
      headers = {},
      body = {},
      text: plain,
    } = typeof found === 'function' ? found(fake) : (found ?? { status: 404 });
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(plain ?? JSON.stringify(body));
  }

  const server = createServer((request, response) => {
    waiting += 1;
    response.on('close', () => {
      waiting -= 1;
    });
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(api, {
    url: `http://127.0.0.1:${port}`,
    requests,
    waiting: () => waiting,
    unknown: () => requests.map(({ method, path }) => `${method} ${path}`).filter((call) => !(call in api.responses)),
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

/** The page and its files as the service serves them; null for any other path. */
async function servedFile(path: string): Promise<{ body: unknown; headers: Record<string, string> } | null> {
  const found = /^\/api\/console(?:\/([^/]+))?$/.exec(path);
  if (found === null) return null;
  const [, file] = found;
  const endpoint = file === undefined ? getConsole : getConsoleFile;
  const request = { params: file === undefined ? {} : { file }, headers: new Headers() };
  const { body, headers } = await endpoint.handle(() => Promise.reject(new Error('no service')), request);
  return { body, headers: { 'content-type': String(endpoint.result), ...headers } };
}

export function problem(
  status: number,
  code: string,
  title: string,
  detail: string,
  members: object = {},
): FakeResponse {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: { ...members, type: 'about:blank', code, title, status, detail },
  };
}
