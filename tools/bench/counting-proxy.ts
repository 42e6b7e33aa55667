/** A plain HTTP proxy in front of one storage endpoint that counts what passes, so that costs are seen from outside; it can be slow, too. */
import { Agent, createServer, request } from 'node:http';

export interface CountingProxy {
  readonly url: string;
  count: number;
  close(): Promise<void>;
}

/**
 * Passes everything on to `target` (`http://127.0.0.1:PORT`), after so many milliseconds; signatures stay valid, as they do
 * not cover the host.
 */
export async function startCountingProxy(
  target: string,
  delay = 0,
  counts: (path: string, method: string) => boolean = () => true,
): Promise<CountingProxy> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, answer) => {
    if (counts(incoming.url ?? '/', incoming.method ?? 'GET')) proxy.count += 1;
    const onward = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers, agent },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    if (delay === 0) incoming.pipe(onward);
    else setTimeout(() => incoming.pipe(onward), delay);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const proxy: CountingProxy = {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    count: 0,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
