/**
 * The HTTP client below the pipelines of the SDKs: connections are kept alive, each body is read once and never beyond a limit,
 * so what one answer can hold in memory is known. It retries nothing and has no time limit of its own.
 */
import { Agent as HttpAgent, request as sendHttp } from 'node:http';
import { Agent as HttpsAgent, request as sendHttps } from 'node:https';
import {
  type HttpClient,
  type HttpHeaders,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';

/** 16 MiB: what Resource Graph sends at most; a page of a table has 4 MiB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The request was ended by its signal. */
class Aborted extends Error {
  override readonly name = 'AbortError';
}

/**
 * A client whose connections are its own. Rejects with a RestError without an answer, or with one that is too large, and with
 * an AbortError when the signal ends the request. Bodies are texts; other bodies are an error.
 */
export function createHttpClient(maxBodyBytes = MAX_BODY_BYTES): HttpClient {
  // An agent keeps the connections of each origin apart.
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });

  function sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    return new Promise((resolve, reject) => {
      const { url, method, body, abortSignal } = request;
      const isPlain = url.startsWith('http:');
      if (isPlain && !request.allowInsecureConnection) throw new Error('a request without TLS is not allowed');
      if (body !== undefined && body !== null && typeof body !== 'string') throw new Error('only a text can be sent');
      if (abortSignal?.aborted) throw new Aborted('the request was ended before it was sent');
      const end = () => abortSignal?.removeEventListener('abort', onAbort);
      const fail = (error: NodeJS.ErrnoException) => {
        end();
        reject(
          error.name === 'AbortError'
            ? error
            : new RestError(error.message, { code: error.code ?? RestError.REQUEST_SEND_ERROR, request }),
        );
      };
      const options = {
        ...placeOf(url),
        // A proxy, which the pipeline found in the environment.
        agent: request.agent instanceof HttpAgent ? request.agent : isPlain ? http : https,
        method,
        headers: request.headers.toJSON({ preserveCase: true }),
      };
      const sent = (isPlain ? sendHttp : sendHttps)(options, (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxBodyBytes) sent.destroy(new Error(`the answer has more than ${maxBodyBytes} bytes`));
          else chunks.push(chunk);
        });
        answer.on('error', fail);
        answer.on('end', () => {
          end();
          const [first] = chunks;
          const whole = chunks.length === 1 && first ? first : Buffer.concat(chunks, bytes);
          const headers = new AnswerHeaders(answer.headers);
          resolve({ request, status: answer.statusCode ?? 0, headers, bodyAsText: whole.toString('utf8') });
        });
      });
      const onAbort = () => sent.destroy(new Aborted('the request was ended'));
      abortSignal?.addEventListener('abort', onAbort);
      sent.on('error', fail);
      sent.end(body ?? undefined);
    });
  }

  return { sendRequest };
}

let shared: HttpClient | undefined;

/** The client of this process: one set of connections for all that it asks. */
export function sharedHttpClient(): HttpClient {
  shared ??= createHttpClient();
  return shared;
}

/** Host, port and path of an absolute URL. Node.js would parse it into a URL, and that into these, at each request. */
function placeOf(url: string): { readonly hostname: string; readonly port: string; readonly path: string } {
  const [, name = '', port = '', path = ''] = /^https?:\/\/(\[[^\]]+\]|[^/:?]+)(?::(\d+))?([^#]*)/.exec(url) ?? [];
  const hostname = name.startsWith('[') ? name.slice(1, -1) : name;
  return { hostname, port, path: path.startsWith('/') ? path : `/${path}` };
}

/** The headers of an answer as Node.js has them, by names in lower case. A copy of them would never be read as a whole. */
class AnswerHeaders implements HttpHeaders {
  readonly #raw: NodeJS.Dict<string | string[]>;

  constructor(raw: NodeJS.Dict<string | string[]>) {
    this.#raw = raw;
  }

  /** The first of several values counts, as for the SDKs. */
  get(name: string): string | undefined {
    const value = this.#raw[name.toLowerCase()];
    return typeof value === 'string' ? value : value?.[0];
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  set(name: string, value: string | number | boolean): void {
    this.#raw[name.toLowerCase()] = String(value);
  }

  delete(name: string): void {
    delete this.#raw[name.toLowerCase()];
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this);
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (const name of Object.keys(this.#raw)) {
      const value = this.get(name);
      if (value !== undefined) yield [name, value];
    }
  }
}
