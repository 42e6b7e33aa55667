/**
 * `plumbline approvals approve` and `reject`. Nothing is decided that was not shown: in the dialog, or to whoever names the
 * digest. The digests that were shown are sent, so that what changed meanwhile is refused.
 */
import { decideApprovals } from '../../api/endpoints/approvals/decisions.ts';
import { type Client, createClient } from '../client/client.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { CommandFailure, invalidInput } from '../framework/failure.ts';
import { printable } from '../framework/printable.ts';
import { ask } from '../framework/prompt.ts';
import { counted, type OutputFormat, show } from '../text/show.ts';
import { statusWord } from '../text/words.ts';
import { type Decision, type Dialog, dialogText, type Excluded, needsNumber } from './dialog.ts';
import type { Filters, ListedApproval } from './list.ts';
import { namedTargets, readTargets, type Target } from './targets.ts';

interface Input extends DeploymentInput, Filters {
  readonly approvals: readonly string[];
  readonly comment: string | undefined;
  readonly yes: boolean;
  readonly output: OutputFormat;
}

/** What the API takes at once. */
const BATCH = 100;

export function approve(context: Context, input: Input): Promise<ExitCode> {
  return decide(context, 'approve', input);
}

export function reject(context: Context, input: Input): Promise<ExitCode> {
  return decide(context, 'reject', input);
}

async function decide(context: Context, decision: Decision, input: Input): Promise<ExitCode> {
  const targets = await namedTargets(context, input.approvals);
  if (input.yes) return decideSeen(context, decision, { ...input, targets });
  if (!context.stdin.isTerminal)
    throw invalidInput(
      'there is no terminal to show the changes on; name what you have seen as ID@DIGEST, and add --yes',
    );
  const client = createClient(context, input);
  const dialog = dialogOf(decision, await readTargets(client, targets, input), targets);
  context.stderr.write(dialogText(context.stderr, dialog));
  const { decided, excluded } = dialog;
  if (decided.length === 0) {
    context.stderr.write(excluded.length === 0 ? 'No pending approvals.\n' : 'Nothing is left to decide.\n');
    return excluded.length === 0 ? 0 : 1;
  }
  await confirm(context, dialog);
  const comment = await commentFor(context, decision, input.comment);
  const answers = await send(client, decision, decided, comment);
  return report(context, input.output, { decision, answers, excluded });
}

/** Without a dialog: each approval comes with the digest that somebody has seen. */
async function decideSeen(
  context: Context,
  decision: Decision,
  input: Input & { readonly targets: readonly Target[] },
): Promise<ExitCode> {
  const { targets, resource, rule, severity, impact } = input;
  if ([resource, rule, severity, impact].some((one) => one.length > 0))
    throw invalidInput('--yes takes no filters: they would decide what nobody has seen; name approvals as ID@DIGEST');
  if (targets.length === 0) throw invalidInput('name approvals as ID@DIGEST, or - for standard input');
  const unseen = targets.find(({ digest }) => digest === null);
  if (unseen) throw invalidInput(`--yes needs the digest that was seen: ${unseen.id}@sha256:…`);
  if (decision === 'reject' && !input.comment?.trim()) throw invalidInput('give --comment: rejecting needs a reason');
  const seen = targets.map(({ id, digest }) => ({ id, digest: digest ?? '' }));
  const answers = await send(createClient(context, input), decision, seen, input.comment ?? '');
  return report(context, input.output, { decision, answers, excluded: [] });
}

function dialogOf(decision: Decision, approvals: readonly ListedApproval[], targets: readonly Target[]): Dialog {
  const digests = new Map(targets.map(({ id, digest }) => [id, digest]));
  const decided: ListedApproval[] = [];
  const excluded: Excluded[] = [];
  for (const approval of approvals) {
    const reason = reasonAgainst(decision, approval, digests.get(approval.id) ?? null);
    if (reason === null) decided.push(approval);
    else excluded.push({ approval, reason });
  }
  return { decision, decided, excluded };
}

function reasonAgainst(
  decision: Decision,
  { status, digest, mayDecide }: ListedApproval,
  seen: string | null,
): string | null {
  if (seen !== null && seen !== digest) return 'its digest is another one: it is no longer what you have named';
  if (status !== 'pending') return `its status is ${statusWord(status)}`;
  if (decision === 'reject' || mayDecide.allowed) return null;
  return mayDecide.reason ?? 'you may not approve it';
}

/** Throws CommandFailure when the person does not confirm. */
async function confirm(context: Context, dialog: Dialog): Promise<void> {
  const { decision, decided } = dialog;
  const count = String(decided.length);
  if (needsNumber(dialog)) {
    const typed = await ask(context, `\nType ${count} to ${decision} ${counted(decided.length, 'change')}: `);
    if (typed.trim() !== count) throw new CommandFailure(1, 'the number is another one; nothing was decided');
    return;
  }
  const verb = decision === 'approve' ? 'Approve' : 'Reject';
  const answer = await ask(context, `\n${verb} ${counted(decided.length, 'change')}? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure(1, 'nothing was decided');
}

async function commentFor(context: Context, decision: Decision, given: string | undefined): Promise<string> {
  if (given !== undefined || decision === 'approve') return given ?? '';
  const typed = (await ask(context, 'Comment (required to reject): ')).trim();
  if (typed === '') throw invalidInput('enter a reason; nothing was decided');
  return typed;
}

interface DecisionAnswer {
  readonly id: string;
  readonly status: number;
  readonly approval?: {
    readonly status: string;
    readonly rule: { readonly id: string };
    readonly resource: { readonly name: string };
  };
  readonly problem?: { readonly detail: string };
}

async function send(
  client: Client,
  decision: Decision,
  seen: readonly { readonly id: string; readonly digest: string }[],
  comment: string,
): Promise<readonly DecisionAnswer[]> {
  const answers: DecisionAnswer[] = [];
  for (let n = 0; n < seen.length; n += BATCH) {
    const items = seen.slice(n, n + BATCH).map(({ id, digest }) => ({ id, digest }));
    try {
      const { body } = await client.call(decideApprovals, { body: { decision, items, comment } });
      answers.push(...body.items);
    } catch (error) {
      if (answers.length === 0 || !(error instanceof CommandFailure)) throw error;
      // What was decided before is told all the same.
      answers.push(...seen.slice(n).map(({ id }) => ({ id, status: 0, problem: { detail: error.message } })));
      break;
    }
  }
  return answers;
}

interface Outcome {
  readonly decision: Decision;
  readonly answers: readonly DecisionAnswer[];
  readonly excluded: readonly Excluded[];
}

function report(context: Context, output: OutputFormat, { decision, answers, excluded }: Outcome): ExitCode {
  const skipped = excluded.map(({ approval: { id }, reason }) => ({ id, reason }));
  show(context, output, { items: answers, skipped }, ({ items }) => {
    const refused = items.filter(({ problem }) => problem !== undefined);
    return [
      `${doneText(decision, items.length - refused.length)}\n`,
      ...refused
        .map(({ id, problem }) => printable(`Not decided: ${id}: ${problem?.detail ?? ''}`))
        .map((line) => `${line}\n`),
    ].join('');
  });
  return answers.every(({ problem }) => problem === undefined) ? 0 : 1;
}

function doneText(decision: Decision, count: number): string {
  if (decision === 'reject') return `${counted(count, 'change')} rejected.`;
  const applied = count === 0 ? '' : `; ${count === 1 ? 'it is' : 'they are'} applied now`;
  return `${counted(count, 'change')} approved${applied}.`;
}
