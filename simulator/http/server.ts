// The HTTPS server on the loopback address: reads bodies, sends answers, resets or holds connections on demand.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { HttpResponse } from './response.ts';

export interface IncomingRequest {
  method: string;
  url: URL;
  header(name: string): string | undefined;
  /** Parsed JSON; undefined when there is none, or none that parses. */
  body: unknown;
  malformed: boolean;
}

export interface Listening {
  port: number;
  close(): Promise<void>;
}

export type Handle = (request: IncomingRequest) => Promise<HttpResponse | 'reset' | 'hang'>;

/** Resolves when it listens; port 0 is a free one. Throws when the port is taken. */
export async function listen(options: {
  port: number;
  key: string;
  certificate: string;
  handle: Handle;
}): Promise<Listening> {
  const server = createServer({ key: options.key, cert: options.certificate }, (request, response) => {
    void serve(request, response, options.handle);
  });
  // As long as Azure's, or a client that keeps its connections would write into one that has just been closed.
  server.keepAliveTimeout = 120_000;
  // Also those in the TLS handshake, which the server does not count among its connections and would wait for.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken
          ? new Error(`The simulator's port ${options.port} is taken; choose another or end what uses it.`, {
              cause: error,
            })
          : error,
      );
    });
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator has no port to listen on.');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, handle: Handle): Promise<void> {
  try {
    const { body, malformed } = parsed(await textOf(request));
    const outcome = await handle({
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', `https://${request.headers.host ?? 'localhost'}`),
      header: (name) => request.headers[name]?.toString(),
      body,
      malformed,
    });
    if (outcome === 'hang') return;
    if (outcome === 'reset') request.socket.destroy();
    else send(response, outcome);
  } catch (error) {
    // A defect of the simulator, or of a test's hook: it must not look like an answer of Azure.
    send(response, { status: 500, body: { simulator: 'failed', reason: String(error) } });
  }
}

function send(response: ServerResponse, { status, body, text, headers }: HttpResponse): void {
  if (body === undefined && text === undefined) {
    response.writeHead(status, { ...headers, 'content-length': 0 }).end();
    return;
  }
  const { type, content } = text ?? { type: 'application/json; charset=utf-8', content: JSON.stringify(body) };
  const own = { 'content-type': type, 'content-length': Buffer.byteLength(content) };
  response.writeHead(status, { ...own, ...headers }).end(content);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): { body: unknown; malformed: boolean } {
  if (text === '') return { body: undefined, malformed: false };
  try {
    return { body: JSON.parse(text), malformed: false };
  } catch {
    return { body: undefined, malformed: true };
  }
}
