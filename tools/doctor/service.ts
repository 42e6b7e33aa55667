/** The HTTP API of the deployment; a refusal is an answer as well. */
import { z } from 'zod';
import type { Deployment } from './deployment.ts';

export interface Answer {
  readonly status: number;
  /** The code of a problem document, such as `unauthenticated`. */
  readonly code: string | null;
  readonly body: unknown;
}

export interface Request {
  readonly method?: 'GET' | 'POST';
  /** Default: nobody is signed in. */
  readonly signedIn?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Service {
  /** Any call below /api. Throws when nothing answers. */
  ask(path: string, request?: Request): Promise<Answer>;
  /** What a signed-in reader gets; null for 404. Throws with the answer when it is anything but 200. */
  get<T>(path: string, shape: z.ZodType<T>): Promise<T | null>;
}

const ANSWER_WITHIN_MS = 30_000;
const problem = z.object({ code: z.string() });

export function serviceAt({ url, signedIn: headersOfReader }: Pick<Deployment, 'url' | 'signedIn'>): Service {
  async function ask(path: string, request: Request = {}): Promise<Answer> {
    const { method = 'GET', signedIn = false, headers, body } = request;
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers: {
        ...(signedIn ? await headersOfReader() : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }).catch((error: unknown) => {
      throw new Error(`Nothing answers at ${url}`, { cause: error instanceof Error ? (error.cause ?? error) : error });
    });
    const parsed = jsonOf(await answer.text());
    return { status: answer.status, code: problem.safeParse(parsed).data?.code ?? null, body: parsed };
  }

  return {
    ask,
    async get(path, shape) {
      const answer = await ask(path, { signedIn: true });
      if (answer.status === 404) return null;
      if (answer.status !== 200)
        throw new Error(`GET /api${path.split('?')[0]} was answered ${describeAnswer(answer)}`);
      return shape.parse(answer.body);
    },
  };
}

/** Status and code of an answer, such as `401 auth-off`. */
export function describeAnswer({ status, code }: Answer): string {
  return code === null ? String(status) : `${status} ${code}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
