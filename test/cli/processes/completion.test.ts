/** The completion of bash in a bash, and the form of those whose shells are not here. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCRIPTS, type Shell } from '../../../src/cli/completion/scripts.ts';
import { buildCommandLine, COMMAND_LINE } from '../../../tools/build/build.ts';

const hasBash = spawnSync('bash', ['-c', 'complete'], { stdio: 'ignore' }).status === 0;
let folder: string;

beforeAll(async () => {
  if (!existsSync(COMMAND_LINE)) await buildCommandLine();
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-completion-'));
  for (const name of ['log of May.jsonl', 'log.zip']) writeFileSync(path.join(folder, name), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers for each line, when `plumbline` is this function. The cursor is behind the line. */
function offeredBy(plumbline: string, lines: readonly string[]): string[][] {
  const asks = lines.map(
    (line) => `COMP_LINE='${line}' COMP_POINT=${line.length}; _plumbline; printf '%s\\n' "\${COMPREPLY[@]}" '--end--'`,
  );
  const script = [`plumbline() { ${plumbline}; }`, SCRIPTS.bash, ...asks].join('\n');
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const blocks = stdout.split('--end--\n').slice(0, -1);
  return blocks.map((block) => block.split('\n').filter((one) => one !== ''));
}

describe.skipIf(!hasBash)('bash', () => {
  it('offers what the built command line says, and files where it asks for them', () => {
    const built = `'${process.execPath}' '${COMMAND_LINE}' "$@"`;
    expect(
      offeredBy(built, ['plumbline approvals ', 'plumbline settings set mode au', 'plumbline audit verify lo']),
    ).toEqual([
      ['list', 'show', 'approve', 'reject'],
      ['audit', 'autofix'],
      ['log of May.jsonl', 'log.zip'],
    ]);
  });

  it('passes the words as they are typed: empty ones, and those with a colon', () => {
    const shown = 'shift 2; printf "%s\\t\\n" "$#" "$@"';
    expect(
      offeredBy(shown, ['plumbline approvals ', 'plumbline audit list --from 2026-01-01T00:00', 'plumbline ']),
    ).toEqual([['2', 'approvals'], ['4', 'audit', 'list', '--from', '2026-01-01T00:00'], ['1']]);
  });

  it('offers nothing when the command line fails', () => {
    expect(offeredBy('echo broken >&2; return 70', ['plumbline app'])).toEqual([[]]);
  });

  it('the other POSIX script has the syntax that bash knows of it', () => {
    for (const shell of ['bash', 'zsh'] as const) {
      const { stderr, status } = spawnSync('bash', ['-n'], { input: SCRIPTS[shell], encoding: 'utf8' });
      expect({ shell, stderr, status }).toEqual({ shell, stderr: '', status: 0 });
    }
  });
});

/** The text of a script without comments and without what stands in quotes. */
function bare(shell: Shell): string {
  return SCRIPTS[shell].replace(/^\s*#.*$/gm, '').replace(/'[^']*'|"(?:[^"`\\]|[`\\].)*"/g, "''");
}

/** The brackets that are open at the end, and those that close another one. */
function unbalanced(text: string): string {
  const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
  let open = '';
  for (const mark of text.replace(/[^()[\]{}]/g, '')) {
    if (closing[mark] === undefined) open += mark;
    else if (open.endsWith(closing[mark])) open = open.slice(0, -1);
    else return `${open}${mark}`;
  }
  return open;
}

describe('a shell that is not here', () => {
  it.each(['zsh', 'fish', 'powershell'] as const)('%s: quotes and brackets are closed', (shell) => {
    expect(bare(shell).replaceAll("''", '')).not.toMatch(/["']/);
    expect(unbalanced(bare(shell))).toBe('');
  });

  it('fish: every block ends, in its place', () => {
    let depth = 0;
    for (const line of bare('fish')
      .split('\n')
      .filter((one) => one.trim() !== '')) {
      const [word = ''] = line.trim().split(' ');
      if (word === 'end' || word === 'else') depth -= 1;
      expect(line.length - line.trimStart().length, line).toBe(depth * 4);
      if (/^(function|for|if|else)$/.test(word)) depth += 1;
    }
    expect(depth).toBe(0);
  });

  it('each asks the same command, registers itself, and knows the line for files', () => {
    const asks = {
      zsh: /plumbline complete -- /,
      fish: /plumbline complete -- /,
      powershell: /plumbline complete --marked -- /,
    };
    const registers = {
      zsh: /^#compdef plumbline\n[\s\S]*^compdef _plumbline plumbline$/m,
      fish: /^complete -c plumbline -f -a '\(__plumbline_complete\)'$/m,
      powershell: /^Register-ArgumentCompleter -Native -CommandName plumbline -ScriptBlock \{$/m,
    };
    for (const shell of ['zsh', 'fish', 'powershell'] as const) {
      expect(SCRIPTS[shell]).toMatch(asks[shell]);
      expect(SCRIPTS[shell]).toMatch(registers[shell]);
      expect(SCRIPTS[shell]).toContain("':files'");
    }
  });
});
