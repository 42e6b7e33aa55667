/** Every shell command of README.md and docs/ runs unchanged, and prints the output on the page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInAs } from '../../dev/sign-in/session.ts';
import { type Commands, commandsIn, isShownIn, type Page, pages } from './pages.ts';
import { hasAzureCli, hasShell, startTrial, type Trial } from './trial.ts';
import { type Entry, faultIn, type PublicKey } from './verifier.ts';

/** A separate test follows this page, because its commands need its files. */
const OF_ITS_OWN = 'docs/add-a-rule.md';
/**
 * Not run, by name: the command that starts the trial, the commands of CI itself, and those that need tools and an
 * Azure of the reader.
 */
const STARTS = /^npm ci && npm start\n$/;
/** Blocks that use the Azure CLI with the simulator. */
const AZURE_CLI = /^\. \.plumbline\/azure\.sh\n[\s\S]*^az /m;
const NOT_RUN = [
  /^npm (ci|test)\b/,
  /^npm start\b/,
  /^func /,
  /^azd? /,
  /^node infra\/hooks\//,
  /^npm run doctor -- --url /,
  /^git clone /,
];

let trial: Trial;

describe.skipIf(!hasShell)('the commands of the documentation', () => {
  beforeAll(async () => {
    trial = await startTrial();
  }, 120_000);

  afterAll(() => trial?.close());

  // First, as for a reader: the next tests find an estate without waiting events.
  it('npm start prints the output on the pages', { timeout: 90_000 }, async () => {
    const shown = pages().flatMap((page) => commandsIn(page).filter(({ commands }) => STARTS.test(commands)));
    const missing = () => shown.flatMap(({ shows }) => missingIn(trial.output(), shows));
    await expect.poll(missing, { timeout: 60_000 }).toEqual([]);
  });

  const run = pages().filter(
    (one) => one.file !== OF_ITS_OWN && commandsIn(one).some(({ commands }) => isRun(commands)),
  );
  for (const page of run) {
    it(`${page.file}: every command runs and prints the output on the page`, { timeout: 180_000 }, async () => {
      await runBlocks(page, isRun);
    });
  }

  for (const page of pages().filter((one) => commandsIn(one).some(({ commands }) => AZURE_CLI.test(commands)))) {
    const name = `${page.file}: the Azure CLI takes the simulator for Azure`;
    // Reporters do not name what is skipped.
    if (!hasAzureCli) process.stderr.write(`Not run, because az is not installed: ${name}\n`);
    it.skipIf(!hasAzureCli)(name, { timeout: 180_000 }, () => runBlocks(page, (commands) => AZURE_CLI.test(commands)));
  }

  it('a second npm start in the same folder is refused, and the first keeps running', async () => {
    const second = await trial.run('npm start -- --port 0');
    expect(second.code).toBe(1);
    expect(second.output).toContain(`Plumbline runs here already, at ${trial.url}.`);
    // Not on the container app: docs/rollback.md leaves it exempt.
    const drift = await trial.run('npm run drift -- tls');
    expect(drift.output).toContain('webapp-min-tls: compliant');
  });

  it('guarantee 14: a verifier written from docs/audit-log.md accepts the log of the commands, and refuses a changed one', async () => {
    const { entries, keys } = await wholeLog();
    const [first] = entries;
    expect(entries.length).toBeGreaterThan(20);
    expect(faultIn(entries, keys)).toBeNull();
    const edited = entries.map((entry) => (entry === first ? { ...entry, message: 'Nothing happened.' } : entry));
    expect(faultIn(edited, keys)).toMatch(/another hash/);
    const oldest = entries.find(
      ({ chain, seq }) => seq === 1 && entries.some((one) => one.chain === chain && one.seq === 2),
    );
    expect(
      faultIn(
        entries.filter((entry) => entry !== oldest),
        keys,
      ),
    ).toMatch(/does not follow/);
    const strange = keys.map((key) => ({ ...key, publicKey: Buffer.alloc(32, 9).toString('base64') }));
    expect(faultIn(entries, strange)).toMatch(/is not signed/);
  });
});

/** Runs the wanted blocks of a page in one shell, and compares what each prints. */
async function runBlocks(page: Page, isWanted: (commands: string) => boolean): Promise<void> {
  const blocks = commandsIn(page).filter(({ commands }) => isWanted(commands));
  const { output, code } = await trial.run(scriptOf(blocks));
  expect(code, `a command of ${page.file} failed; it said:\n${output}`).toBe(0);
  const outputs = output.split(END);
  for (const [index, { line, shows }] of blocks.entries()) {
    const said = outputs[index] ?? '';
    const where = `${page.file}, line ${line}`;
    expect(missingIn(said, shows), `${where} shows lines that the commands did not print:\n${said}`).toEqual([]);
  }
}

/** All entries, page by page, and the public keys, as a reader gets them. */
async function wholeLog(): Promise<{ entries: Entry[]; keys: PublicKey[] }> {
  const cookie = await signInAs('reader', trial.url);
  const get = async (call: string) =>
    JSON.parse(await (await fetch(`${trial.url}/api/audit${call}`, { headers: { cookie } })).text());
  const { publicKeys }: { publicKeys: PublicKey[] } = await get('/verify');
  const entries: Entry[] = [];
  let cursor: string | undefined;
  do {
    const page: { items: Entry[]; nextCursor?: string } = await get(`?limit=7${cursor ? `&cursor=${cursor}` : ''}`);
    entries.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { entries, keys: publicKeys };
}

const END = '=== end of block ===\n';

/** The blocks of a page share one shell, as for a reader who follows it. */
function scriptOf(blocks: readonly Commands[]): string {
  return blocks
    .map(({ commands }) => `${commands}printf '${END.trim()}\\n'\n`)
    .join('')
    .replaceAll('http://127.0.0.1:7071', trial.url);
}

function isRun(commands: string): boolean {
  if (AZURE_CLI.test(commands)) return false;
  return !commands
    .trim()
    .split('\n')
    .every((line) => NOT_RUN.some((pattern) => pattern.test(line)));
}

function missingIn(output: string, shows: readonly string[]): string[] {
  return shows.filter((line) => !isShownIn(line, output));
}
