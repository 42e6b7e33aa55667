/** `plumbline scans`. */
import type { z } from 'zod';
import { cancelScan, getScan, listScans, startScan } from '../../api/endpoints/scans.ts';
import { type Client, createClient } from '../client/client.ts';
import { listUpTo } from '../client/lists.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { CommandFailure } from '../framework/failure.ts';
import { tableOf } from '../framework/table.ts';
import { moreLine, type OutputFormat, pairs, show } from '../text/show.ts';
import { ago, duration } from '../text/time.ts';

interface Input extends DeploymentInput {
  readonly output: OutputFormat;
}

type Scan = z.output<typeof getScan.result>;

export async function list(
  context: Context,
  input: Input & { readonly status: readonly string[]; readonly limit: number | undefined },
): Promise<undefined> {
  const found = await listUpTo(createClient(context, input), listScans, { status: input.status }, input.limit);
  return show(context, input.output, found, ({ items, more }) =>
    items.length === 0 ? 'No scans.\n' : `${table(context, items)}${moreLine(more)}`,
  );
}

export async function start(
  context: Context,
  input: Input & { readonly scope: string; readonly wait: boolean },
): Promise<ExitCode> {
  const client = createClient(context, input);
  const { body } = await client.call(startScan, { body: { scope: input.scope } });
  return report(context, input.output, input.wait ? await waitForEnd(context, client, body) : body);
}

export async function showScan(
  context: Context,
  input: Input & { readonly id: string; readonly wait: boolean },
): Promise<ExitCode> {
  const client = createClient(context, input);
  const { body } = await client.call(getScan, { params: { id: input.id } });
  return report(context, input.output, input.wait ? await waitForEnd(context, client, body) : body);
}

export async function cancel(context: Context, input: Input & { readonly id: string }): Promise<ExitCode> {
  const { body } = await createClient(context, input).call(cancelScan, { params: { id: input.id } });
  report(context, input.output, body);
  return 0;
}

const POLL_MS = 2000;

/** Writes the progress on one line of a terminal. Ctrl-C ends the waiting, and not the scan. */
async function waitForEnd(context: Context, client: Client, begun: Scan): Promise<Scan> {
  const { stderr, clock, signal } = context;
  let scan = begun;
  try {
    while (!hasEnded(scan)) {
      const { found, evaluated, secondsLeft } = scan.progress;
      const rest = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
      if (stderr.isTerminal) stderr.write(`\r\x1b[K${evaluated} of ${found} evaluated${rest}`);
      await clock.sleep(POLL_MS);
      ({ body: scan } = await client.call(getScan, { params: { id: begun.id } }));
    }
    return scan;
  } catch (error) {
    if (!signal.aborted) throw error;
    const advice = `the scan goes on; plumbline scans show ${begun.id} --wait waits again`;
    throw new CommandFailure(130, `interrupted; ${advice}`, { cause: error });
  } finally {
    if (stderr.isTerminal) stderr.write('\r\x1b[K');
  }
}

function hasEnded({ status }: Scan): boolean {
  return status !== 'running';
}

/** Exit code 1: it ended, but not by evaluating everything. */
function report(context: Context, output: OutputFormat, scan: Scan): ExitCode {
  const now = context.clock.now();
  show(context, output, scan, ({ id, scope, status, found, evaluated, startedAt, endedAt }) =>
    pairs(context.stdout, [
      ['Scan', id],
      ['Scope', scope],
      ['Status', status],
      ['Evaluated', `${evaluated} of ${found}`],
      ['Started', ago(startedAt, now)],
      ['Ended', endedAt === null ? null : ago(endedAt, now)],
    ]),
  );
  return hasEnded(scan) && scan.status !== 'done' ? 1 : 0;
}

function table({ stdout, clock }: Context, items: readonly Scan[]): string {
  const now = clock.now();
  return tableOf(
    stdout,
    [
      { title: 'Id', value: ({ id }) => id },
      { title: 'Status', value: ({ status }) => status },
      { title: 'Evaluated', value: ({ evaluated, found }) => `${evaluated} of ${found}`, align: 'right' },
      { title: 'Started', value: ({ startedAt }) => ago(startedAt, now) },
      { title: 'Scope', value: ({ scope }) => scope },
    ],
    items,
  );
}
