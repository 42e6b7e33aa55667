/** A scan of many apps: its pace, its findings, and Ctrl-C on the way. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { formatFindings } from '../../../src/api/endpoints/findings/export-formats.ts';
import { run } from '../../../src/cli/estate/run-scan.ts';
import { CommandFailure } from '../../../src/cli/framework/failure.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { rules } from '../../../src/rules/index.ts';
import { armOn } from '../../azure/azure.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { handleWork } from '../../fakes/scenarios/handle.ts';
import { scanInput, scanWith, terminalOn } from './terminal.ts';

const FLEET = '00000000-0000-4000-8000-00000000f1ee';

let simulator: Simulator;
let folder: string;

const scanned = (given: Parameters<typeof scanWith>[1]) => scanWith(simulator, given);

describe('300 apps', () => {
  const APPS = 300;
  beforeAll(async () => {
    simulator = await startSimulator({ generated: [{ apps: APPS, violations: 0.3, subscriptions: [FLEET] }] });
  });
  afterAll(() => simulator.close());

  it('are read by reads alone, at most 25 in any second, and judged as the service judges them', async () => {
    const { code, report, terminal } = await scanned({ subscription: [FLEET] });
    expect(code).toBe(0);
    expect(report.unread).toEqual([]);

    const sent = simulator.requests.map(({ method, path: to }) => (method === 'GET' ? 'GET' : `${method} ${to}`));
    expect(new Set(sent)).toEqual(new Set(['GET', 'POST /providers/Microsoft.ResourceGraph/resources']));
    expect(terminal.sentAt.length).toBeGreaterThan(APPS * 4);
    expect(mostIn(1000, terminal.sentAt)).toBeLessThanOrEqual(25 + GRAPH_QUERIES);

    const wanted = await serviceFindings(report.findings.map(({ resource }) => resource.id));
    const found = report.findings.map(withoutTimes);
    expect(report.summary.resources).toBeGreaterThan(APPS);
    expect(found).toEqual(wanted);
  }, 120_000);

  it('go on after Ctrl-C where they were, from a file that is whole, private and without what was read twice', async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'plumbline-test-'));
    const resume = path.join(folder, 'scan.resume');
    const rule = ['webapp-min-tls', 'containerapp-insecure-ingress'];
    const whole = await scanned({ subscription: [FLEET], rule });

    const terminal = terminalOn(simulator, { onRequest: (n) => n === 200 && terminal.interrupt() });
    const stopped = await run(
      terminal.context,
      scanInput({ subscription: [FLEET], rule, resume }),
      terminal.connection,
    ).catch((error: unknown) => error);
    terminal.close();
    expect(stopped).toBeInstanceOf(CommandFailure);
    const { exitCode, message } = stopped as CommandFailure;
    expect(exitCode).toBe(130);
    expect(message).toMatch(
      /^Interrupted\. \d+ of \d+ are read\. Go on with: plumbline scan --resume \/.*scan\.resume$/,
    );
    expect(terminal.out()).toBe('');
    expect(readdirSync(folder)).toEqual(['scan.resume']);
    expect(statSync(resume).mode & 0o777).toBe(0o600);
    const lines = readFileSync(resume, 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    for (const line of lines) JSON.parse(line);
    const done = lines.length - 1;
    expect(done).toBeGreaterThan(0);

    const rest = await scanned({ resume });
    expect(rest.report.findings.map(withoutTimes)).toEqual(whole.report.findings.map(withoutTimes));
    expect(rest.report.summary).toEqual(whole.report.summary);
    // What was read is not asked for again; shared documents and the listing are.
    expect(rest.terminal.sentAt.length).toBeLessThan(whole.terminal.sentAt.length - done);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  }, 120_000);
});

/** Queries of the listing have a quota of their own. */
const GRAPH_QUERIES = 3;

/** The most of these times within so many milliseconds. */
function mostIn(milliseconds: number, times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(...sorted.map((at, n) => sorted.slice(n).filter((one) => one < at + milliseconds).length));
}

/** What the workflows of the service store about these resources when a scan in mode audit looks at each. */
async function serviceFindings(ids: readonly string[]): Promise<unknown[]> {
  const arm = armOn(simulator);
  const fakes = fakeDeps({ rules, options: { mode: 'audit' } });
  const deps = { ...fakes, arm };
  for (const id of new Set(ids)) {
    const startedAt = fakes.clock.now().toISOString();
    await handleWork(deps, { resource: id, cause: 'scan', sweep: { id: 'scan', startedAt }, attempt: 0 });
  }
  arm.close();
  const order = [...new Set(ids)].map((id) => parseResourceId(id)?.key ?? '');
  const all = fakes.stored.findings
    .map((finding) => ({ finding, at: order.indexOf(finding.resource.id.toLowerCase()) }))
    .sort((a, b) => a.at - b.at || (a.finding.rule < b.finding.rule ? -1 : 1));
  const lines = formatFindings(
    'jsonl',
    all.map(({ finding }) => finding),
    rules,
  )
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => withoutTimes(JSON.parse(line)));
}

function withoutTimes(finding: object): object {
  return { ...finding, since: null, evaluatedAt: null };
}
