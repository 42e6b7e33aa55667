/** Where the deployment is, and who calls it. */
import type { Context } from '../framework/context.ts';
import { tokenFor } from '../framework/credential.ts';
import { CommandFailure, invalidInput } from '../framework/failure.ts';
import type { DeploymentInput } from './options.ts';

export interface Session {
  /** Origin, without a slash at its end. */
  readonly url: string;
  /** Headers that say who calls. Throws CommandFailure 4. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** For a request: aborted by Ctrl-C, and when the answer takes too long. */
  patience(): AbortSignal;
  /** The failure of a request that got no answer. */
  lostConnection(error: unknown): CommandFailure;
  /** The failure of an answer that was not read to its end. */
  lostAnswer(error: unknown): CommandFailure;
}

const ANSWER_WITHIN_MS = 100_000;

export function createSession(context: Context, { url: given, audience, as: persona }: DeploymentInput): Session {
  const url = originOf(given);
  const isLocal = isLoopback(new URL(url).hostname);
  if (persona !== undefined && !isLocal)
    throw invalidInput(
      '--as is for the development environment of this machine only; leave it out, and sign in with az login',
    );
  if (persona === undefined && audience === undefined) throw invalidInput(missingSignIn(isLocal));
  let cookie: Promise<string> | undefined;

  const patience = () => AbortSignal.any([context.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);

  function lost(error: unknown, text: string): CommandFailure {
    if (context.signal.aborted) return new CommandFailure(130, 'interrupted');
    if (error instanceof CommandFailure) return error;
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return new CommandFailure(5, isLate ? `${url} did not answer in time; try again` : text, { cause: error });
  }

  function lostConnection(error: unknown): CommandFailure {
    const advice = isLocal ? 'start it with npm start' : 'check --url and the network';
    return lost(error, `nothing answers at ${url} (${causeOf(error)}); ${advice}`);
  }

  async function signIn(key: string): Promise<string> {
    let response: Response;
    try {
      const body = new URLSearchParams({ persona: key });
      const signal = patience();
      response = await context.fetch(`${url}/.auth/login/local`, { method: 'POST', body, redirect: 'manual', signal });
    } catch (error) {
      throw lostConnection(error);
    }
    const [header] = response.headers.getSetCookie();
    if (header) return header.split(';')[0] ?? '';
    throw new CommandFailure(
      4,
      `${url} is no development environment: nobody can sign in there as ${key}; leave out --as`,
    );
  }

  return {
    url,
    patience,
    lostConnection,
    lostAnswer: (error) => lost(error, `the answer of ${url} was cut off (${causeOf(error)}); try again`),
    async headers() {
      if (persona !== undefined) {
        cookie ??= signIn(persona);
        return { cookie: await cookie };
      }
      const scope = `${audience}/.default`;
      const { token } = await tokenFor(await context.credential(), scope, context.signal);
      return { authorization: `Bearer ${token}` };
    },
  };
}

function missingSignIn(isLocal: boolean): string {
  return isLocal
    ? 'say who you are on the development environment, such as --as reader'
    : 'give --audience or set PLUMBLINE_AUDIENCE: what tokens for the API are issued for, such as api://<client id>';
}

function originOf(given: string | undefined): string {
  if (!given) throw invalidInput('give --url or set PLUMBLINE_URL: the address of the deployment');
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalidInput(`--url must be an address such as https://plumbline.example, and not ${given}`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw invalidInput('--url must begin with https://, because a token is sent there');
  return url.origin;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The code of a failed connection, such as ECONNREFUSED. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : String(cause);
}
