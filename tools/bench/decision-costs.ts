/** What a decision costs: from the API call to the recorded outcome. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Persona, personas, principalHeaders } from '../../dev/sign-in/personas.ts';
import { allLogsTo, pipeline, webApp, workspaceId } from '../../simulator/estate.ts';
import { type BenchEnvironment, type Cost, measureCost } from './bench-environment.ts';

const PAGE = z.object({ items: z.array(z.object({ id: z.string(), digest: z.string().optional() })) });

/** The least of three, each on an app of its own: an approval that is carried out, and the rollback of its fix. */
export async function measureDecisionCosts(
  bench: BenchEnvironment,
): Promise<{ readonly approval: Cost; readonly rollback: Cost }> {
  const runs = [await oneOf(bench, 'first'), await oneOf(bench, 'second'), await oneOf(bench, 'third')];
  const least = (of: 'approval' | 'rollback') => {
    const figures = (what: keyof Cost) => Math.min(...runs.map((run) => run[of][what]));
    return { reads: figures('reads'), writes: figures('writes'), tables: figures('tables') };
  };
  return { approval: least('approval'), rollback: least('rollback') };
}

async function oneOf(bench: BenchEnvironment, name: string): Promise<{ approval: Cost; rollback: Cost }> {
  const diagnostics = { central: allLogsTo(workspaceId) };
  const app = webApp({ name: `decided-${name}`, web: { remoteDebuggingEnabled: true }, diagnostics });
  // Who decides must not be who made the change.
  await measureCost(bench, [app], pipeline);
  const pending = await found(bench, `approvals?status=pending&resource=${app.id}`);
  const body = { digest: pending.digest, comment: 'As shown.' };
  const approval = await decided(bench, app.id, `approvals/${pending.id}/approve`, body);
  const fix = await found(bench, `audit?kind=fix.applied&resource=${app.id}`);
  const rollback = await decided(bench, app.id, `audit/${fix.id}/rollback`, { comment: 'It is needed.' });
  return { approval, rollback };
}

async function decided(bench: BenchEnvironment, resource: string, path: string, body: object): Promise<Cost> {
  const { dev, tables, lines } = bench;
  dev.simulator.clearRequests();
  tables.count = 0;
  const from = lines.length;
  await ask(bench, 'approver', path, body);
  for (let tries = 0; !lines.slice(from).some((line) => isEvaluationOf(line, resource)); tries += 1) {
    if (tries > 300) throw new Error(`${path} was not carried out`);
    await sleep(100);
  }
  const writes = dev.simulator.requests.filter(({ method }) => method !== 'GET').length;
  return { reads: dev.simulator.requests.length - writes, writes, tables: tables.count };
}

function isEvaluationOf(line: string, resource: string): boolean {
  return line.includes('"evaluated"') && line.toLowerCase().includes(resource.toLowerCase());
}

async function found(bench: BenchEnvironment, path: string) {
  const [item] = PAGE.parse(await ask(bench, 'reader', path)).items;
  if (!item) throw new Error(`nothing is found by ${path}`);
  return item;
}

async function ask({ dev }: BenchEnvironment, as: Persona['key'], path: string, body?: object): Promise<unknown> {
  const persona = personas.find(({ key }) => key === as);
  if (!persona) throw new Error(`there is no ${as}`);
  const response = await fetch(`${dev.url}/api/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { ...principalHeaders(persona), 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return response.json();
}
