/** `plumbline settings edit`: the editor is a process; the deployment is one of stores in memory. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeDeps, storeSettings } from '../../fakes/deps.ts';
import { fullDeployment } from '../full-deployment.ts';
import { deploymentOn, run } from '../terminal.ts';

let folder: string;
let deps: FakeDeps;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-edit-'));
  vi.stubEnv('TMPDIR', folder);
  deps = await fullDeployment();
  storeSettings(deps, { mode: 'approve' });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** An editor of the shell; `$1` is the file. */
const editor = (script: string) => `sh -c '${script}' editor`;
const replacing = (from: string, to: string) => editor(`sed "s/${from}/${to}/" "$1" > "$1.new" && mv "$1.new" "$1"`);

interface Edited {
  readonly editor: string;
  readonly input?: string;
  readonly words?: readonly string[];
  readonly terminal?: boolean;
  /** Happens before each attempt to save. */
  readonly meanwhile?: () => void;
}

async function edit({ editor: EDITOR, input = 'y\n', words = [], terminal = true, meanwhile }: Edited) {
  const deployment = deploymentOn(deps);
  const fetch: typeof deployment.fetch = async (address, init) => {
    if (init?.method === 'PUT') meanwhile?.();
    return deployment.fetch(address, init);
  };
  const environment = { EDITOR, PLUMBLINE_AS: 'operator' };
  const ran = await run(['settings', 'edit', ...words], { terminal, input, fetch, environment });
  return { ...ran, puts: deployment.requests.filter((one) => one.startsWith('PUT')).length };
}

const stored = () => deps.stored.settings?.value.settings;
/** The file with what was edited, as the last line but one says; null when none was kept. */
const kept = (stderr: string) => /What you have edited is in (\S+)/.exec(stderr)?.[1] ?? null;

describe('settings edit', () => {
  it('shows what differs and what it would do, and saves it after a yes', async () => {
    const { code, stdout, stderr, puts } = await edit({ editor: replacing('approve', 'audit') });
    expect({ code, stdout, puts }, stderr).toEqual({ code: 0, stdout: 'Saved.\n', puts: 1 });
    expect(stderr).toContain('  mode: "approve" → "audit"\n');
    expect(stderr).toContain('No decision changes.');
    expect(stored()?.mode).toBe('audit');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('sends nothing when nothing was changed', async () => {
    const { code, stdout, puts } = await edit({ editor: editor(':') });
    expect({ code, stdout, puts }).toEqual({ code: 0, stdout: 'No changes.\n', puts: 0 });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('brings a change of somebody else into the edited document, and asks again', async () => {
    let isFirst = true;
    const meanwhile = () => {
      if (isFirst) storeSettings(deps, { ...stored(), profile: 'strict' });
      isFirst = false;
    };
    const input = 'y\ny\ny\n';
    const { code, stderr, puts } = await edit({ editor: replacing('approve', 'audit'), input, meanwhile });
    expect({ code, puts }, stderr).toEqual({ code: 0, puts: 2 });
    expect(stderr).toContain('Settings changed by someone else:\n  profile: "baseline" → "strict"\n');
    expect(stored()).toMatchObject({ mode: 'audit', profile: 'strict' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names what both have changed, and saves nothing after a no', async () => {
    const meanwhile = () => storeSettings(deps, { ...stored(), mode: 'autofix' });
    const input = 'y\nn\n';
    const { code, stderr, puts } = await edit({ editor: replacing('approve', 'audit'), input, meanwhile });
    expect({ code, puts }).toEqual({ code: 1, puts: 1 });
    expect(stderr).toContain('Both of you changed mode; your value is in the editor.');
    expect(stored()?.mode).toBe('autofix');
    expect(readFileSync(kept(stderr) ?? '', 'utf8')).toContain('"mode": "audit"');
  });

  it.each<[string, Edited, number, RegExp, boolean]>([
    [
      'a conflict that nobody can review',
      {
        editor: replacing('approve', 'audit'),
        words: ['--yes'],
        terminal: false,
        meanwhile: () => storeSettings(deps, { ...stored(), profile: 'strict' }),
      },
      ...([6, /settings changed by someone else; review and save again/, true] as const),
    ],
    ['a no', { editor: replacing('approve', 'audit'), input: 'n\n' }, 1, /nothing was changed/, true],
    ['what is no JSON', { editor: replacing('{', '') }, 2, /what you have edited is no JSON/, true],
    ['settings that are not valid', { editor: replacing('approve', 'everything') }, 2, /\/mode/, true],
    ['an editor that fails', { editor: editor('exit 3') }, 2, /the editor .* ended with 3; nothing was saved/, false],
    ['no terminal', { editor: replacing('approve', 'audit'), terminal: false }, 2, /there is no terminal/, false],
  ])('%s: nothing is saved, and what was edited is kept', async (_, edited, code, says, isKept) => {
    const before = stored()?.mode;
    const ran = await edit(edited);
    expect({ code: ran.code, stdout: ran.stdout }, ran.stderr).toEqual({ code, stdout: '' });
    expect(ran.stderr.trimEnd().split('\n').at(-1)).toMatch(says);
    expect(stored()?.mode).toBe(before);
    const file = kept(ran.stderr);
    expect(file !== null && existsSync(file)).toBe(isKept);
    if (!isKept) expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps what was edited when the connection is lost', async () => {
    const lost = () => {
      throw Object.assign(new TypeError('fetch failed'), {
        cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }),
      });
    };
    const { code, stdout, stderr } = await edit({ editor: replacing('approve', 'audit'), meanwhile: lost });
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toMatch(/nothing answers at .*; start it with npm start\n$/);
    expect(readFileSync(kept(stderr) ?? '', 'utf8')).toContain('"mode": "audit"');
    expect(stored()?.mode).toBe('approve');
  });
});
