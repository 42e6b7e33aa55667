/** `plumbline status`. */
import type { z } from 'zod';
import { getSummary } from '../../api/endpoints/findings/findings.ts';
import { getMe } from '../../api/endpoints/me.ts';
import { getState } from '../../api/endpoints/state.ts';
import { createClient } from '../client/client.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import { counted, type OutputFormat, pairs, show } from '../text/show.ts';
import { ago } from '../text/time.ts';

interface Status {
  readonly url: string;
  readonly state: z.output<typeof getState.result>;
  readonly summary: z.output<typeof getSummary.result>;
  readonly me: z.output<typeof getMe.result>;
}

export async function status(
  context: Context,
  input: DeploymentInput & { readonly output: OutputFormat },
): Promise<undefined> {
  const client = createClient(context, input);
  // One after the other: the first one signs in.
  const { body: state } = await client.call(getState);
  const [{ body: summary }, { body: me }] = await Promise.all([client.call(getSummary), client.call(getMe)]);
  show(context, input.output, { url: client.url, state, summary, me }, (found) => textOf(context, found));
}

function textOf({ stdout, clock }: Context, { url, state, summary, me }: Status): string {
  const now = clock.now();
  const { stopped, approvals, deadLetters, scans } = state;
  const severities = Object.entries(summary.bySeverity).filter(([, count]) => count > 0);
  const failing = severities.map(([severity, count]) => `${count} ${severity}`).join(', ');
  const fails = summary.byVerdict.violation ?? 0;
  return pairs(stdout, [
    ['Deployment', `${url}, version ${state.version}`],
    ['Mode', state.mode],
    ['Emergency stop', stopped ? stopText(stopped, now) : 'no'],
    ['Approvals', pendingText(approvals, now)],
    [
      'Findings',
      `${counted(fails, 'fails', 'fail')} on ${counted(summary.resources, 'resource')}${failing && ` (${failing})`}`,
    ],
    ['Fixes', `${summary.fixes.last24h} in 24 hours, ${summary.fixes.last30d} in 30 days`],
    ['Dead letters', String(deadLetters)],
    ['Scans', `${scans.running} running`],
    ['You', `${me.name}: ${me.roles.map((role) => role.replace('Plumbline.', '')).join(', ')}`],
  ]);
}

function stopText({ reason, at, by }: NonNullable<Status['state']['stopped']>, now: Date): string {
  return `yes, ${by ? `by ${by.name} ` : ''}${ago(at, now)}: ${reason}`;
}

function pendingText({ pending, oldestAt }: Status['state']['approvals'], now: Date): string {
  return pending === 0 ? 'none pending' : `${pending} pending, the oldest requested ${ago(oldestAt, now)}`;
}
