/** What a decision costs: from the call of a person to the outcome that is recorded. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Persona, personas, principalHeaders } from '../personas.ts';
import { allLogsTo, pipeline, webApp, workspaceId } from '../simulator/estate.ts';
import { type Cost, cost, type Stage } from './stage.ts';

const PAGE = z.object({ items: z.array(z.object({ id: z.string(), digest: z.string().optional() })) });

/** The least of three, each on an app of its own: an approval that is carried out, and the rollback of its fix. */
export async function decisionCosts(stage: Stage): Promise<{ readonly approval: Cost; readonly rollback: Cost }> {
  const runs = [await oneOf(stage, 'first'), await oneOf(stage, 'second'), await oneOf(stage, 'third')];
  const least = (of: 'approval' | 'rollback') => {
    const figures = (what: keyof Cost) => Math.min(...runs.map((run) => run[of][what]));
    return { reads: figures('reads'), writes: figures('writes'), tables: figures('tables') };
  };
  return { approval: least('approval'), rollback: least('rollback') };
}

async function oneOf(stage: Stage, name: string): Promise<{ approval: Cost; rollback: Cost }> {
  const diagnostics = { central: allLogsTo(workspaceId) };
  const app = webApp({ name: `decided-${name}`, web: { remoteDebuggingEnabled: true }, diagnostics });
  // Who decides must not be who made the change.
  await cost(stage, [app], pipeline);
  const asked = await found(stage, `approvals?status=pending&resource=${app.id}`);
  const body = { digest: asked.digest, comment: 'As shown.' };
  const approval = await decided(stage, app.id, `approvals/${asked.id}/approve`, body);
  const fix = await found(stage, `audit?kind=fix.applied&resource=${app.id}`);
  const rollback = await decided(stage, app.id, `audit/${fix.id}/rollback`, { comment: 'It is needed.' });
  return { approval, rollback };
}

async function decided(stage: Stage, resource: string, path: string, body: object): Promise<Cost> {
  const { twin, tables, lines } = stage;
  twin.simulator.clearRequests();
  tables.count = 0;
  const from = lines.length;
  await ask(stage, 'approver', path, body);
  for (let tries = 0; !lines.slice(from).some((line) => isLookAt(line, resource)); tries += 1) {
    if (tries > 300) throw new Error(`${path} was not carried out`);
    await sleep(100);
  }
  const writes = twin.simulator.requests.filter(({ method }) => method !== 'GET').length;
  return { reads: twin.simulator.requests.length - writes, writes, tables: tables.count };
}

function isLookAt(line: string, resource: string): boolean {
  return line.includes('"evaluated"') && line.toLowerCase().includes(resource.toLowerCase());
}

async function found(stage: Stage, path: string) {
  const [item] = PAGE.parse(await ask(stage, 'reader', path)).items;
  if (!item) throw new Error(`nothing is found by ${path}`);
  return item;
}

async function ask({ twin }: Stage, as: Persona['key'], path: string, body?: object): Promise<unknown> {
  const persona = personas.find(({ key }) => key === as);
  if (!persona) throw new Error(`there is no ${as}`);
  const response = await fetch(`${twin.url}/api/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { ...principalHeaders(persona), 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return response.json();
}
