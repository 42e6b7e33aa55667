/** Which approvals are to be decided: named on the command line, on standard input, or by filters. */
import { z } from 'zod';
import { getApproval, listApprovals } from '../../api/endpoints/approvals/approvals.ts';
import { approvalPage } from '../../api/endpoints/approvals/schemas.ts';
import type { Client } from '../client/client.ts';
import { listUpTo } from '../client/lists.ts';
import type { Context } from '../framework/context.ts';
import { CommandFailure, invalidInput } from '../framework/failure.ts';
import type { Filters, ListedApproval } from './list.ts';

/** An approval by its id, with the digest that the caller has seen. */
export interface Target {
  readonly id: string;
  readonly digest: string | null;
}

/** So many are decided at once at most; more cannot be looked at. */
const MOST = 1000;
const READ_AT_ONCE = 8;

const seen = z.object({ id: z.string().min(1), digest: z.string().min(1) });
const seenList = z.union([z.array(seen), z.object({ items: z.array(seen) })]);

/** The approvals that the arguments name: `ID`, `ID@DIGEST`, or `-` for standard input. Throws CommandFailure 2. */
export async function namedTargets({ stdin }: Context, named: readonly string[]): Promise<readonly Target[]> {
  if (named.includes('-')) {
    if (named.length > 1) throw invalidInput('give either - or ids');
    if (stdin.isTerminal) throw invalidInput('- reads standard input, and nothing is piped there');
    return targetsIn(await textOf(stdin.stream));
  }
  return named.map((text) => {
    const [id = '', digest = null] = text.split('@');
    if (id === '' || digest === '') throw invalidInput(`${text} is neither an id nor ID@DIGEST`);
    return { id, digest };
  });
}

function targetsIn(text: string): readonly Target[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw invalidInput('standard input is no JSON; pipe what plumbline approvals list --output json prints');
  }
  const parsed = seenList.safeParse(content);
  if (!parsed.success) throw invalidInput('standard input has no list of approvals with id and digest');
  return Array.isArray(parsed.data) ? parsed.data : parsed.data.items;
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push(String(piece));
  return pieces.join('');
}

/** The approvals as they are now, in the order of the targets; of filters, the pending ones. Throws CommandFailure. */
export async function readTargets(
  client: Client,
  targets: readonly Target[],
  filters: Filters,
): Promise<readonly ListedApproval[]> {
  if (targets.length > MOST) throw invalidInput(`at most ${MOST} approvals are decided at once`);
  const found: ListedApproval[] = [];
  for (let n = 0; n < targets.length; n += READ_AT_ONCE) {
    const part = targets.slice(n, n + READ_AT_ONCE);
    const answers = await Promise.all(part.map(({ id }) => client.call(getApproval, { params: { id } })));
    found.push(...answers.map(({ body }) => body));
  }
  if (targets.length > 0) return found;
  const { resource, rule, severity, impact } = filters;
  if ([resource, rule, severity, impact].every((one) => one.length === 0))
    throw invalidInput('name approvals by id, or by a filter such as --rule');
  const query = { status: 'pending', resource, rule, severity, impact, view: 'brief' };
  const { items, more } = await listUpTo(client, { ...listApprovals, result: approvalPage }, query, MOST);
  if (more) throw new CommandFailure(2, `more than ${MOST} approvals match; add a filter`);
  return items;
}
