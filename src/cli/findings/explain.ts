/** `plumbline explain`. */
import type { z } from 'zod';
import { explain as endpoint } from '../../api/endpoints/findings/explain.ts';
import { type ExplainedGate, explainedEvent, explainedResource } from '../../api/endpoints/findings/schemas.ts';
import { createClient } from '../client/client.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import { CommandFailure, invalidInput } from '../framework/failure.ts';
import { printable } from '../framework/printable.ts';
import { tableOf } from '../framework/table.ts';
import { changeLine } from '../text/changes.ts';
import { type OutputFormat, pairs, show } from '../text/show.ts';
import { ago } from '../text/time.ts';
import { severityColor, word } from '../text/words.ts';

type Explained = z.output<typeof explainedResource>;
type ExplainedEvent = z.output<typeof explainedEvent>;

export async function explain(
  context: Context,
  input: DeploymentInput & { readonly subject: string; readonly output: OutputFormat },
): Promise<undefined> {
  const client = createClient(context, input);
  const { subject, output } = input;
  // The id of an event never begins with a slash, that of a resource always does.
  if (!subject.startsWith('/')) {
    const asked = client.call({ ...endpoint, result: explainedEvent }, { query: { event: subject } });
    const { body } = await asked.catch((error: unknown) => {
      throw error instanceof CommandFailure && error.exitCode === 2 ? unknownEvent(error, subject) : error;
    });
    return show(context, output, body, (event) => eventText(context, event));
  }
  const { body } = await client.call({ ...endpoint, result: explainedResource }, { query: { resource: subject } });
  return show(context, output, body, (explained) => resourceText(context, explained));
}

function unknownEvent({ message }: CommandFailure, subject: string): CommandFailure {
  return invalidInput(`${message}: ${subject}; a resource is named by its ARM id, which begins with a slash`);
}

function resourceText(context: Context, explained: Explained): string {
  const { stdout, clock } = context;
  const { resource, evaluatedAt, trigger, documents, healthGates = [], findings, events } = explained;
  const now = clock.now();
  const unread = documents.filter(({ status }) => status === 'forbidden' || status === 'failed');
  const shown = findings.filter(({ verdict }) => verdict === 'violation' || verdict === 'unknown');
  const others = findings.length - shown.length;
  return [
    pairs(stdout, [
      ['Resource', resource.id],
      ['Evaluated', `${ago(evaluatedAt, now)}${trigger ? ` (trigger: ${trigger.type})` : ''}`],
      ['Documents', `${documents.length - unread.length} of ${documents.length} could be read`],
      ...unread.map(({ name, detail, status }) => [`  ${name}`, detail ?? status] as const),
      ...healthGates.map((gate) => ['Health gate', gateText(gate, now)] as const),
      ['Rules', `${findings.length}, ${others} of them pass or do not apply`],
    ]),
    ...shown.map((finding) => findingText(context, finding)),
    events.length === 0 ? '' : `\n${stdout.colors.bold('Events')}\n${eventTable(context, events)}`,
  ].join('');
}

function gateText({ status, rules, endedAt, startedAt, reasons }: ExplainedGate, now: Date): string {
  const when = endedAt === null ? `begun ${ago(startedAt, now)}` : `ended ${ago(endedAt, now)}`;
  return [`${status}, ${when}, after a fix of ${rules.join(', ')}.`, ...reasons.map(({ text }) => text)].join(' ');
}

function findingText({ stdout }: Context, finding: Explained['findings'][number]): string {
  const { rule, title, severity, verdict, reason, changes, decision, source } = finding;
  const { bold, dim } = stdout.colors;
  const lines = [
    printable(`${word(verdict)}: ${reason}`),
    ...(decision ? [`Decision: ${word(decision.action)}`] : []),
    ...(decision?.reasons ?? []).map(({ text }) => `  ${printable(text)}`),
    ...changes.map(changeLine),
    ...(source?.bicep ? source.bicep.split('\n').map((line) => dim(printable(line))) : []),
  ];
  const head = `${bold(printable(title))} (${printable(rule)}, ${severityColor(stdout.colors)(severity)})`;
  return `\n${head}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function eventTable({ stdout, clock }: Context, events: Explained['events']): string {
  const now = clock.now();
  return tableOf(
    stdout,
    [
      { title: 'Event', value: ({ eventId }) => eventId },
      { title: 'Received', value: ({ receivedAt }) => ago(receivedAt, now) },
      { title: 'Outcome', value: ({ outcome }) => outcome ?? 'waiting' },
      { title: 'Operation', value: ({ operation }) => operation },
    ],
    events,
  );
}

function eventText({ stdout, clock }: Context, event: ExplainedEvent): string {
  const now = clock.now();
  return pairs(stdout, [
    ['Event', event.eventId],
    ['Received', ago(event.receivedAt, now)],
    ['Outcome', event.outcome ?? 'waiting'],
    ...event.reasons.map(({ text }) => ['Reason', text] as const),
    ...event.auditIds.map((id) => ['Audit entry', id] as const),
  ]);
}
