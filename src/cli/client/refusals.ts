/** What a refused request means for the person who asked, and the exit code. */
import { z } from 'zod';
import { problemDocument } from '../../api/framework/problem.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { CommandFailure } from '../framework/failure.ts';

/** The code may be one of a later version. */
export const knownProblem = problemDocument.extend({ code: z.string().exactOptional() });
export type Problem = z.infer<typeof knownProblem>;

interface AskedFor {
  /** The origin of the deployment. */
  readonly url: string;
  /** The values of `{…}` in the route. */
  readonly params: Readonly<Record<string, string>>;
}

/** The failure of an answer that is no success. `problem` is null when it has no problem document. */
export function failureOf(
  { status, headers }: Response,
  problem: Problem | null,
  { url, params }: AskedFor,
): CommandFailure {
  if (problem) {
    const seconds = headers.get('retry-after');
    const later = seconds === null ? '' : `; try again in ${seconds} s`;
    // Of several ids it says which one.
    const named = problem.code === 'not-found' ? Object.values(params).map((value) => `: ${value}`) : [];
    const text = `${sentenceOf(problem)}${named.join('')}${adviceOf(problem)}${later}`;
    return new CommandFailure(exitCodeOf(status), text);
  }
  if (status === 401 || status === 403 || isSignInPage(status)) {
    const text = `${url} does not accept this sign-in (${status}); sign in with az login, and check --audience`;
    return new CommandFailure(4, text);
  }
  if (status === 404) return new CommandFailure(5, `${url} answers, but not as Plumbline does; check --url`);
  const again = status === 429 || status >= 500 ? '; try again in a moment' : '';
  return new CommandFailure(5, `${url} answers with ${status}${again}`);
}

/** Easy Auth sends people to its page. */
function isSignInPage(status: number): boolean {
  return status >= 300 && status < 400;
}

/** The exit code of a refused request, by its status. */
export function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return 4;
  if (status === 409 || status === 410 || status === 412 || status === 428) return 6;
  return status < 500 && status !== 429 ? 2 : 5;
}

function sentenceOf({ title, detail, errors = [] }: Problem): string {
  const [first, ...more] = errors;
  const where = first?.pointer ?? first?.parameter ?? first?.setting;
  const text = detail || title;
  if (!where || text.includes(where)) return text.replace(/\.$/, '');
  return `${text.replace(/\.$/, '')} (${where}: ${first?.detail ?? ''}${more.length > 0 ? `, and ${more.length} more` : ''})`;
}

function adviceOf({ code, status }: Problem): string {
  if (code === 'unauthenticated') return '; sign in with az login, and check --audience';
  if (code === 'forbidden' && status === 403) return '; plumbline status shows your roles';
  if (code === 'superseded') return '; plumbline approvals list shows the new one';
  return '';
}
