/** `plumbline approvals show`. */
import type { z } from 'zod';
import { getApproval } from '../../api/endpoints/approvals/approvals.ts';
import { createClient } from '../client/client.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import { printable } from '../framework/printable.ts';
import { changeLine } from '../text/changes.ts';
import { type OutputFormat, pairs, show } from '../text/show.ts';
import { ago } from '../text/time.ts';
import { statusWord, word } from '../text/words.ts';

type Approval = z.output<typeof getApproval.result>;

export async function showApproval(
  context: Context,
  input: DeploymentInput & { readonly id: string; readonly output: OutputFormat },
): Promise<undefined> {
  const client = createClient(context, input);
  const { body } = await client.call(getApproval, { params: { id: input.id } });
  show(context, input.output, body, (approval) => textOf(context, approval));
}

function textOf({ stdout, clock }: Context, approval: Approval): string {
  const { rule, resource, changes, moved, reasons, plan, source, mayDecide, decision, changedBy } = approval;
  const now = clock.now();
  const title = approval.purpose === 'rollback' ? `Rollback: ${rule.title}` : rule.title;
  const sections: [string, readonly string[]][] = [
    ['Changes', changes.map(changeLine)],
    ['Changed since the last approval (then → now)', moved.map(changeLine)],
    ['Why approval is needed', reasons.map(({ text }) => printable(text))],
    ['Requests to Azure', plan.flatMap(requestLines)],
    ['Fix in code: Bicep', linesOf(source.bicep)],
    ['Fix in code: Terraform', linesOf(source.terraform)],
  ];
  const by = decision
    ? `${decision.by.name} ${ago(decision.at, now)}${decision.comment ? `: ${decision.comment}` : ''}`
    : null;
  return [
    `${stdout.colors.bold(printable(title))}\n`,
    pairs(stdout, [
      ['Approval', approval.id],
      ['Status', statusWord(approval.status)],
      ['Resource', resource.id],
      ['Rule', `${rule.id} (${rule.severity})`],
      ['Risk', rule.risk],
      ['Impact', word(rule.impact)],
      ['Rollback', rule.reversible ? 'possible' : 'not possible'],
      ['Changed by', changedBy ? (changedBy.name ?? changedBy.objectId) : 'unknown'],
      ['Requested', ago(approval.requestedAt, now)],
      ['Expires', ago(approval.expiresAt, now)],
      ['Decided', by],
      ['Superseded by', approval.supersededBy],
      ['You may approve', mayDecide.allowed ? 'yes' : `no: ${mayDecide.reason ?? ''}`],
      ['Digest', approval.digest],
    ]),
    ...sections
      .filter(([, lines]) => lines.length > 0)
      .map(([name, lines]) => `\n${stdout.colors.bold(name)}\n${lines.map((line) => `  ${line}\n`).join('')}`),
  ].join('');
}

function requestLines({ method, path, ...request }: Approval['plan'][number]): string[] {
  const body = 'body' in request && request.body !== undefined ? linesOf(JSON.stringify(request.body, null, 2)) : [];
  return [printable(`${method} ${path}`), ...body];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split('\n').map(printable);
}
