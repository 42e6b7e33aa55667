/** A deployment of stores in memory, over HTTP on this machine. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { FakeDeps } from '../../fakes/deps.ts';
import { deploymentOn } from '../terminal.ts';

export interface ServedDeployment {
  readonly url: string;
  close(): void;
}

/** `deps` is asked for each request. */
export async function serveDeployment(deps: (request: string) => Promise<FakeDeps>): Promise<ServedDeployment> {
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const body = Buffer.concat(pieces).toString();
    const sent = { method: request.method ?? 'GET', headers, ...(body === '' ? {} : { body }) };
    const { fetch } = deploymentOn(await deps(`${request.method} ${request.url}`));
    const answer = await fetch(`http://127.0.0.1${request.url}`, sent);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
