/**
 * App Service authentication before a host that was started with `--principal-header`: takes away the principal headers that
 * callers send, and puts there who the token names. It can be switched to be wrong, as a careless deployment is.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { principalHeader, type Role } from './callers.ts';

export interface SignInFront {
  readonly url: string;
  /** Roles by object id. */
  readonly roles: Map<string, Role[]>;
  /** What callers say about themselves is passed on. */
  believesHeaders: boolean;
  /** Who comes without a token is taken for this one. */
  anybodyIs: string | null;
  /** A gateway takes away what browsers say about where a request comes from. */
  hidesOrigin: boolean;
  close(): Promise<void>;
}

const claims = z.object({ oid: z.string(), aud: z.string() });

/** `target`: the host, asked at each request, because it may be started again elsewhere. */
export async function startSignInFront(target: () => string, audience: string): Promise<SignInFront> {
  const server = createServer(async (request, response) => {
    try {
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers)) {
        if (typeof value === 'string' && isPassedOn(name)) headers.set(name, value);
      }
      const objectId = callerOf(request) ?? front.anybodyIs;
      if (objectId) {
        const caller = { type: 'user', name: 'Somebody', objectId } as const;
        headers.set('x-ms-client-principal', principalHeader(caller, front.roles.get(objectId) ?? []));
      }
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
      const answer = await fetch(`${target()}${request.url}`, { method: request.method ?? 'GET', headers, body });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      response.writeHead(502).end();
    }
  });

  function isPassedOn(name: string): boolean {
    if (['host', 'connection', 'content-length', 'authorization', 'transfer-encoding'].includes(name)) return false;
    if (name.startsWith('x-ms-client-principal')) return front.believesHeaders;
    return !(front.hidesOrigin && ['origin', 'sec-fetch-site'].includes(name));
  }

  function callerOf({ headers }: IncomingMessage): string | null {
    const [, payload] = /^Bearer [^.]+\.([^.]+)\./.exec(headers.authorization ?? '') ?? [];
    if (payload === undefined) return null;
    const { oid, aud } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return aud === audience ? oid : null;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const front: SignInFront = {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    roles: new Map(),
    believesHeaders: false,
    anybodyIs: null,
    hidesOrigin: false,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return front;
}
