/** The client below the SDK pipelines, against a server of this process. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpHeaders, createPipelineRequest, isRestError } from '@azure/core-rest-pipeline';
import { afterEach, expect, test } from 'vitest';
import { createHttpClient } from '../../src/http/http-client.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`;
}

function requestTo(url: string, more: Partial<Parameters<typeof createPipelineRequest>[0]> = {}) {
  return createPipelineRequest({ url, allowInsecureConnection: true, ...more });
}

test('requests one after the other share a connection', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('ok');
  });
  const client = createHttpClient();
  for (let index = 0; index < 5; index++) await client.sendRequest(requestTo(url));
  expect(ports.size).toBe(1);
});

test('a text is sent with its length, and status, headers and text come back', async () => {
  const url = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const got = `${request.method} ${request.headers['content-length']} ${Buffer.concat(chunks).toString('utf8')}`;
    response.writeHead(207, { 'x-Some': 'thing' }).end(got);
  });
  const headers = createHttpHeaders({ 'content-type': 'application/json' });
  const answer = await createHttpClient().sendRequest(requestTo(url, { method: 'PUT', headers, body: '"ä"' }));
  expect(answer.status).toBe(207);
  expect(answer.headers.get('X-Some')).toBe('thing');
  expect(answer.bodyAsText).toBe('PUT 4 "ä"');
});

test('an answer beyond the limit is an error, and the connection ends', async () => {
  let closed = 0;
  const url = await serve((request, response) => {
    request.socket.once('close', () => closed++);
    response.write('x'.repeat(600));
    setTimeout(() => response.end('x'.repeat(600)), 20);
  });
  await expect(createHttpClient(1000).sendRequest(requestTo(url))).rejects.toThrow('more than 1000 bytes');
  await expect.poll(() => closed).toBe(1);
  await expect(createHttpClient(1200).sendRequest(requestTo(url))).resolves.toMatchObject({ status: 200 });
});

test('a signal ends a request, and one that was given before prevents it', async () => {
  let asked = 0;
  const url = await serve(() => {
    asked += 1;
  });
  const stop = new AbortController();
  const client = createHttpClient();
  const waiting = client.sendRequest(requestTo(url, { abortSignal: stop.signal }));
  await expect.poll(() => asked).toBe(1);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  await expect(client.sendRequest(requestTo(url, { abortSignal: stop.signal }))).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(asked).toBe(1);
});

test('no answer is an error that retries know, with the code of the system', async () => {
  const url = await serve((request) => request.socket.destroy());
  const failure = await createHttpClient()
    .sendRequest(requestTo(url))
    .catch((error: unknown) => error);
  expect(isRestError(failure) && failure.code).toBe('ECONNRESET');
});

test('a request without TLS must be allowed, and only texts can be sent', async () => {
  const client = createHttpClient();
  await expect(client.sendRequest(createPipelineRequest({ url: 'http://127.0.0.1:1/' }))).rejects.toThrow(
    'without TLS',
  );
  await expect(
    client.sendRequest(requestTo('http://127.0.0.1:1/', { method: 'PUT', body: new Uint8Array(1) })),
  ).rejects.toThrow('only a text');
});
