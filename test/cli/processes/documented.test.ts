/** Every `plumbline` command of the pages runs as it is built, at a pseudo-terminal and without one, and does what it says. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleEstate, subscriptionId } from '../../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { PROGRAM } from '../../../src/cli/program.ts';
import { buildCommandLine, COMMAND_LINE } from '../../../tools/build/build.ts';
import { flatten } from '../../../tools/generate/cli-page.ts';
import { pages, ROOT } from '../../docs/pages.ts';
import { NOW } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { fullDeployment, named } from '../full-deployment.ts';
import { deploymentOn, run as runHere } from '../terminal.ts';
import { commandsInProse, documentedCommands, nameOf } from './documented-commands.ts';
import { atTerminal, ESCAPE, hasTerminal, plumbline, type Running, run } from './running.ts';
import { type ServedDeployment, serveDeployment } from './served-deployment.ts';

const IN_TURN = fileURLToPath(new URL('./in-turn.cjs', import.meta.url));
const all = documentedCommands();
/** A pipe has two processes, so it is run by a shell. */
const alone = all.filter((shown) => !shown.includes(' | '));
const piped = all.filter((shown) => shown.includes(' | '));

const modes = ['at a terminal', 'without a terminal'] as const;
type Mode = (typeof modes)[number];

interface Result {
  readonly code: number | undefined;
  readonly stdout: string;
  /** At a terminal both are in `stdout`. */
  readonly stderr: string;
}

interface Place {
  readonly folder: string;
  readonly server: ServedDeployment;
  readonly running: Running;
  readonly results: ReadonlyMap<string, Result>;
}

let simulator: Simulator;
const places = new Map<Mode, Place>();
const placeOf = (mode: Mode): Place => {
  const place = places.get(mode);
  if (!place) throw new Error(`nothing ran ${mode}`);
  return place;
};

beforeAll(async () => {
  if (!existsSync(COMMAND_LINE)) await buildCommandLine();
  // A few reads for each scan: they keep the pace of Azure.
  const { resources, ...rest } = sampleEstate();
  const wanted = /\/(catalog-api|plan-linux)$/;
  simulator = await startSimulator({ estate: { ...rest, resources: resources.filter(({ id }) => wanted.test(id)) } });
  await Promise.all(modes.filter((mode) => hasTerminal || mode !== 'at a terminal').map(runAll));
}, 120_000);

afterAll(async () => {
  for (const { folder, server } of places.values()) {
    server.close();
    rmSync(folder, { recursive: true });
  }
  await simulator.close();
});

async function runAll(mode: Mode): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-documented-'));
  const key = await prepare(folder);
  // Whoever signs in finds a deployment of their own, so no command depends on what another one did.
  let deps: FakeDeps = await fullDeployment();
  const server = await serveDeployment(async (request) => {
    if (request === 'POST /.auth/login/local') deps = await fullDeployment();
    // No sweep runs here, so a scan ends when somebody asks for it.
    if (request.startsWith('GET /api/scans/')) for (const scan of deps.stored.scans.values()) scan.listed = true;
    return deps;
  });
  const environment = {
    ...simulator.environment,
    ...{ PLUMBLINE_URL: server.url, TMPDIR: folder, EDITOR: `'${process.execPath}' '${folder}/editor.cjs'` },
  };
  const commands = alone.map((shown) => ({
    words: wordsOf(named(shown).replace('http://127.0.0.1:7071', server.url).replace('BASE64', key)),
    environment: { PLUMBLINE_AS: personaOf(shown) },
  }));
  writeFileSync(path.join(folder, 'commands.json'), JSON.stringify(commands));
  const running = { cwd: folder, environment };
  const words = [IN_TURN, COMMAND_LINE, 'commands.json', 'results.json', NOW];
  const line = `stty -a > before; '${process.execPath}' ${words.map((word) => `'${word}'`).join(' ')}; code=$?; stty -a > after; exit $code`;
  const ended =
    mode === 'at a terminal'
      ? await atTerminal(line, { ...running, types: agree })
      : await run(process.execPath, words, running);
  expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(0);
  const codes: unknown = JSON.parse(readFileSync(path.join(folder, 'results.json'), 'utf8'));
  const [stdout, stderr] = [ended.stdout.split('\u001e'), ended.stderr.split('\u001e')];
  const results = alone.map((shown, n): [string, Result] => [
    shown,
    // At a terminal each of the two streams ends with its own mark.
    {
      code: Array.isArray(codes) ? Number(codes[n]) : undefined,
      stdout: stdout[mode === 'at a terminal' ? 2 * n : n] ?? '',
      stderr: stderr[n] ?? '',
    },
  ]);
  places.set(mode, { folder, server, running, results: new Map(results) });
}

/** The files that the pages name and no command of theirs makes. Returns the public key of the log. */
async function prepare(folder: string): Promise<string> {
  for (const name of ['.plumbline', 'docs']) mkdirSync(path.join(folder, name));
  cpSync(path.join(ROOT, 'docs/examples'), path.join(folder, 'docs/examples'), { recursive: true });
  const example = readFileSync(path.join(ROOT, 'docs/examples/web-app.json'), 'utf8');
  for (const name of ['monday', 'before', 'snapshot']) writeFileSync(path.join(folder, `${name}.json`), example);
  const changed = example.replace(/"minTlsVersion": *"[^"]*"/, '"minTlsVersion": "1.1"');
  expect(changed).not.toBe(example);
  for (const name of ['friday', 'after']) writeFileSync(path.join(folder, `${name}.json`), changed);
  cpSync(path.join(ROOT, 'docs/examples/settings.json'), path.join(folder, 'settings.json'));
  writeFileSync(
    path.join(folder, 'editor.cjs'),
    `const fs = require('node:fs'); const [file] = process.argv.slice(2);
     fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"approve"', '"audit"'));`,
  );
  const { fetch } = deploymentOn(await fullDeployment());
  const here = { fetch, environment: { PLUMBLINE_AS: 'reader' } };
  const saved = await runHere(['audit', 'evidence', '--folder', path.join(folder, 'saved')], here);
  expect(saved.code, saved.stderr).toBe(0);
  cpSync(saved.stdout.trim(), path.join(folder, 'part-001.zip'));
  const verified: { publicKeys: { publicKey: string }[] } = JSON.parse(
    (await runHere(['audit', 'verify', '--output', 'json'], here)).stdout,
  );
  return verified.publicKeys[0]?.publicKey ?? '';
}

/** What the pages name `$app`. */
const APP = `/subscriptions/${subscriptionId}/resourceGroups/shop/providers/Microsoft.Web/sites/storefront`;

/** The words of a command as a shell splits them. The log of these tests is one part. */
function wordsOf(command: string): string[] {
  const words = [...command.replaceAll('$app', APP).matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, word = '']) => quoted ?? word,
  );
  // The simulator lists no subscriptions, so a scan of everything names the only one.
  const everything = /^(scan|snapshot)\b(?!.*--(subscription|resource) )/.test(command);
  const place = everything ? ['--subscription', subscriptionId] : [];
  return [...words.filter((word) => word !== 'part-002.zip'), ...place];
}

function personaOf(shown: string): string {
  return /^(approvals (approve|reject|show)|rollback)\b/.test(shown) ? 'approver' : 'operator';
}

/** Answers the questions of the dialogs. */
function agree(printed: string): string | null {
  if (/\[y\/N\] $/.test(printed)) return 'y\n';
  const count = /Type (\d+) to [^\n]*: $/.exec(printed)?.[1];
  if (count !== undefined) return `${count}\n`;
  return /Comment \(required to reject\): $/.test(printed) ? 'not now\n' : null;
}

/** Their violations are what is asked for, and the two files differ. */
const ENDS_WITH_1 = /--fail-on|--exit-code/;
/** Without a terminal nobody can be asked, and nothing is done. */
const ASKS =
  /^(approvals (approve|reject)|rollback|exemptions (add|remove)|settings (edit|set)|rollouts (continue|end))(?!.*--yes)/;

describe.each(modes)('%s', (mode) => {
  const isTerminal = mode === 'at a terminal';

  it.skipIf(isTerminal && !hasTerminal).each(alone)('plumbline %s', (shown) => {
    const { results } = placeOf(mode);
    const { code, stdout, stderr } = results.get(shown) ?? { code: undefined, stdout: '', stderr: '' };
    const said = `${stdout}${stderr}`;
    const isRefused = !isTerminal && ASKS.test(shown);
    expect(code, said).toBe(isRefused ? 2 : ENDS_WITH_1.test(shown) ? 1 : 0);
    if (isRefused) expect(stderr).toMatch(/^plumbline: there is no terminal[^\n]*\n$/m);
    if (isTerminal && ASKS.test(shown)) expect(said).toMatch(/\[y\/N\] |Type \d+ to /);
    expect(said).not.toMatch(/internal error/);
    if (!/--(file|out) /.test(shown)) expect(said).not.toBe('');
    if (!isTerminal) expect(said).not.toContain(ESCAPE);
    // What a program reads has no colours, and no cursor is hidden.
    if (/--output (json|jsonl|csv|sarif)|^(completion|settings get)/.test(shown))
      expect(stdout).not.toContain(`${ESCAPE}1m`);
    expect(said).not.toContain(`${ESCAPE}?25l`);
  });

  it.skipIf(isTerminal && !hasTerminal).each(piped)('plumbline %s', async (shown) => {
    const { running } = placeOf(mode);
    const line = named(shown)
      .split(' | plumbline ')
      .map((part) => `${plumbline} ${part}`)
      .join(' | ');
    const environment = { ...running.environment, PLUMBLINE_AS: 'approver' };
    const { code, stdout } = isTerminal
      ? await atTerminal(line, { ...running, environment })
      : await run('sh', ['-c', line], { ...running, environment });
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/1 change rejected\.\s*$/);
  });

  it.skipIf(isTerminal && !hasTerminal)('leaves the files that it names, and no others', () => {
    const { folder } = placeOf(mode);
    const names = readdirSync(folder);
    const made = ['posture.html', 'plumbline.sarif', 'estate.json', 'findings.csv', 'audit.jsonl', 'evidence'];
    expect(names).toEqual(expect.arrayContaining(made));
    expect(names.filter((name) => /partial|tmp|resume|settings-/.test(name))).toEqual([]);
  });
});

it.skipIf(!hasTerminal)('colours are at the terminal only, which is left as it was', () => {
  const { results, folder } = placeOf('at a terminal');
  const colored = [...results.values()].filter(({ stdout }) => stdout.includes(`${ESCAPE}1m`));
  expect(colored.length).toBeGreaterThan(15);
  const state = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  expect(state('after')).toBe(state('before'));
});

describe('the pages', () => {
  it('show every command', () => {
    const commands = flatten(PROGRAM.commands, []).map(({ words }) => words);
    expect(new Set(all.map(nameOf))).toEqual(new Set(commands));
    for (const { words, command } of flatten(PROGRAM.commands, []))
      for (const { command: example } of command.examples) expect(all, words).toContain(example);
  });

  it('name no command that is none', () => {
    const prose = pages().flatMap((page) => commandsInProse(page).map((shown) => `${page.file}: ${shown}`));
    expect(prose.length).toBeGreaterThan(40);
    const groups = PROGRAM.commands.map(({ name }) => name);
    const isKnown = (shown: string) => nameOf(shown) !== null || groups.includes(shown);
    expect(prose.filter((one) => !isKnown(one.split(': ')[1] ?? ''))).toEqual([]);
  });
});
