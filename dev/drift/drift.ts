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
      decision: z.object({ action: z.string(), approvalId: z.string().optional() }).nullable(),
    }),
  ),
});
const logged = z.object({
  items: z.array(z.object({ resource, kind: z.string(), seq: z.number(), chain: z.string() })),
});

async function main(): Promise<void> {
  const [wanted] = process.argv.slice(2);
  if (wanted === '--list') {
    for (const { name, story } of drifts) print(`  ${name.padEnd(10)} ${story}`);
    return;
  }
  const drift =
    wanted === undefined
      ? drifts[Math.floor(Math.random() * drifts.length)]
      : drifts.find(({ name }) => name === wanted);
  if (!drift)
    throw new Error(`There is no change '${wanted}'. These are: ${drifts.map(({ name }) => name).join(', ')}`);
  const dev = await readDevAddress(FOLDER);
  const known = new Set((await events(dev)).map(({ id }) => id));
  const began = new Date().toISOString();
  print(drift.story);
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
}

/** Asks the API until the event has its outcome. `began`: only entries since then are printed. */
async function follow(dev: DevAddress, drift: Drift, eventId: string, began: string): Promise<void> {
  const cookie = await signInAs('reader', dev.host);
  const ask = async (call: string, query: Record<string, string>) => {
    const response = await fetch(`${dev.host}/api/${call}?${new URLSearchParams(query)}`, { headers: { cookie } });
    return response.ok ? await response.json() : null;
  };
  const where = { resource: drift.resource, rule: drift.rule };
  // A scope includes what is below it: an app includes its slots.
  const isHere = ({ resource: { id } }: { resource: { id: string } }) =>
    id.toLowerCase() === drift.resource.toLowerCase();
  for (let waited = 0; waited < PATIENCE_SECONDS; waited++) {
    const answer = explained.safeParse(await ask('explain', { event: eventId }));
    if (!answer.success || answer.data.outcome === null) {
      await sleep(1000);
      continue;
    }
    print(`  outcome    ${answer.data.outcome}: ${answer.data.reasons[0]?.text ?? ''}`);
    for (const { rule, verdict, decision } of found.parse(await ask('findings', where)).items.filter(isHere)) {
      print(`  finding    ${rule}: ${verdict}${decision ? `, ${decision.action}` : ''}`);
      if (decision?.approvalId) print(`  approval   ${decision.approvalId}, to be decided in ${dev.host}/api/console`);
    }
    const entries = logged.parse(await ask('audit', { ...where, from: began })).items.filter(isHere);
    for (const { kind, chain, seq } of entries.reverse()) print(`  audit      ${kind}, entry ${seq} of chain ${chain}`);
    return;
  }
  throw new Error(`The event has no outcome after ${PATIENCE_SECONDS} seconds; the terminal of npm start says why.`);
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
