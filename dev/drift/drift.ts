/**
 * `npm run drift [-- NAME | --list]`: changes an app of the running sample estate as a person would, then follows the event
 * to its outcome: evaluated, and fixed or queued, with the entries of the audit log.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { callControlApi } from '../environment/control-api.ts';
import { type DevAddress, readDevAddress } from '../environment/dev-address.ts';
import { signInAs } from '../sign-in/session.ts';
import { type Drift, drifts } from './drifts.ts';

const FOLDER = fileURLToPath(new URL('../../.plumbline', import.meta.url));
const PATIENCE_SECONDS = 60;

const raised = z.array(z.object({ id: z.string(), subject: z.string() }));
const explained = z.object({ outcome: z.string().nullable(), reasons: z.array(z.object({ text: z.string() })) });
const resource = z.object({ id: z.string() });
const found = z.object({
  items: z.array(
    z.object({
      resource,
      rule: z.string(),
      verdict: z.string(),
      decision: z
        .object({
          action: z.string(),
          approvalId: z.string().optional(),
          reasons: z.array(z.object({ code: z.string() })).default([]),
        })
        .nullable(),
    }),
  ),
});
const logged = z.object({
  items: z.array(
    z.object({ resource, kind: z.string(), seq: z.number(), chain: z.string(), message: z.string().nullish() }),
  ),
});

async function main(): Promise<void> {
  const [wanted] = process.argv.slice(2);
  if (wanted === '--list') {
    for (const { name, story } of drifts) print(`  ${name.padEnd(10)} ${story}`);
    return;
  }
  const harmless = drifts.filter(({ outage }) => outage === undefined);
  const drift =
    wanted === undefined
      ? harmless[Math.floor(Math.random() * harmless.length)]
      : drifts.find(({ name }) => name === wanted);
  if (!drift)
    throw new Error(`There is no change '${wanted}'. These are: ${drifts.map(({ name }) => name).join(', ')}`);
  const dev = await readDevAddress(FOLDER);
  const known = new Set((await events(dev)).map(({ id }) => id));
  const began = new Date().toISOString();
  print(drift.story);
  if (drift.outage) {
    const { resource: id, document, outage } = drift;
    await callControlApi(dev, 'POST', '/_simulator/outages', { id, document, course: 'at-once', ...outage });
  }
  await callControlApi(dev, 'POST', '/_simulator/change', {
    caller: drift.caller,
    id: drift.resource,
    document: drift.document,
    patch: drift.patch,
  });
  const event = (await events(dev)).find(({ id }) => !known.has(id));
  if (!event) throw new Error('The change raised no event.');
  print(`  event      ${event.id}`);
  await follow(dev, drift, event.id, began);
  if (drift.outage) await followOutage(dev, drift, began);
}

/** Asks the API until the event has its outcome. `began`: only entries since then are printed. */
async function follow(dev: DevAddress, drift: Drift, eventId: string, began: string): Promise<void> {
  const { ask, findings, entries } = await asReader(dev, drift, began);
  for (let waited = 0; waited < PATIENCE_SECONDS; waited++) {
    const answer = explained.safeParse(await ask('explain', { event: eventId }));
    if (!answer.success || answer.data.outcome === null) {
      await sleep(1000);
      continue;
    }
    print(`  outcome    ${answer.data.outcome}: ${answer.data.reasons[0]?.text ?? ''}`);
    for (const { rule, verdict, decision } of await findings()) {
      print(`  finding    ${rule}: ${verdict}${decision ? `, ${decision.action}` : ''}`);
      if (decision?.approvalId) print(`  approval   ${decision.approvalId}, to be decided in ${dev.host}/api/console`);
    }
    for (const entry of await entries()) printEntry(entry);
    return;
  }
  throw new Error(`The event has no outcome after ${PATIENCE_SECONDS} seconds; the terminal of npm start says why.`);
}

/** Waits until the health gate has rolled the fix back, and the rule waits for a person on this app. */
async function followOutage(dev: DevAddress, drift: Drift, began: string): Promise<void> {
  const { findings, entries } = await asReader(dev, drift, began);
  const known = (await entries()).length;
  print('  waiting    for the health gate, some seconds');
  for (let waited = 0; waited < PATIENCE_SECONDS; waited++) {
    const found = await findings();
    const later = (await entries()).slice(known);
    if (later.some(({ kind }) => kind === 'rollback.applied') && found.some(({ verdict }) => verdict !== 'compliant')) {
      for (const entry of later) printEntry(entry);
      for (const { kind, message } of later) if (kind === 'health.worse') print(`  why        ${message}`);
      for (const { rule, decision } of found) {
        print(`  finding    ${rule}: ${decision?.action ?? ''}, ${decision?.reasons[0]?.code ?? ''}`);
      }
      return;
    }
    await sleep(1000);
  }
  throw new Error(`Nothing was rolled back after ${PATIENCE_SECONDS} seconds; the terminal of npm start says why.`);
}

/** What a reader gets from the API about the app of a drift. */
async function asReader(dev: DevAddress, { resource: id, rule }: Drift, began: string) {
  const cookie = await signInAs('reader', dev.host);
  const ask = async (call: string, query: Record<string, string>) => {
    const response = await fetch(`${dev.host}/api/${call}?${new URLSearchParams(query)}`, { headers: { cookie } });
    return response.ok ? await response.json() : null;
  };
  const where = { resource: id, rule };
  // A scope includes what is below it: an app includes its slots.
  const isHere = (one: { resource: { id: string } }) => one.resource.id.toLowerCase() === id.toLowerCase();
  return {
    ask,
    findings: async () => found.parse(await ask('findings', where)).items.filter(isHere),
    /** Oldest first. */
    entries: async () =>
      logged
        .parse(await ask('audit', { ...where, from: began }))
        .items.filter(isHere)
        .reverse(),
  };
}

function printEntry({ kind, chain, seq }: z.infer<typeof logged>['items'][number]): void {
  print(`  audit      ${kind}, entry ${seq} of chain ${chain}`);
}

async function events(dev: DevAddress): Promise<z.infer<typeof raised>> {
  return raised.parse(JSON.parse(await callControlApi(dev, 'GET', '/_simulator/events')));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
