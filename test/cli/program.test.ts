/** The definitions of all commands: help, usage, completion, exit codes. */
import { describe, expect, it } from 'vitest';
import * as choices from '../../src/cli/client/choices.ts';
import { candidatesFor } from '../../src/cli/completion/candidates.ts';
import { SCRIPTS } from '../../src/cli/completion/scripts.ts';
import { EXIT_CODES } from '../../src/cli/framework/exit-codes.ts';
import { PROGRAM } from '../../src/cli/program.ts';
import { APPROVAL_STATUSES } from '../../src/domain/approvals/approval.ts';
import { GROUPINGS } from '../../src/domain/approvals/approval-groups.ts';
import { ROLLOUT_STATUSES } from '../../src/domain/approvals/rollout.ts';
import { FINDING_GROUPINGS } from '../../src/domain/decisions/find-findings.ts';
import { IMPACTS } from '../../src/domain/resources/documents.ts';
import { ACTIONS, MODES } from '../../src/domain/resources/reasons.ts';
import { PROFILES, SEVERITIES, VERDICTS } from '../../src/domain/rules/rule.ts';
import { flatten } from '../../tools/generate/cli-page.ts';
import { run } from './terminal.ts';

const commands = flatten(PROGRAM.commands, []);

describe('every command', () => {
  it.each(commands)('$words: its help has its examples and its exit codes', async ({ words, command }) => {
    const { code, stdout, stderr } = await run([...words.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(command.examples.length).toBeGreaterThan(0);
    for (const example of command.examples) expect(stdout).toContain(`plumbline ${example.command}`);
    expect(command.examples.some((one) => ` plumbline ${one.command} `.includes(` ${words} `))).toBe(true);
    for (const exitCode of [0, 2, 130, ...(command.exitCodes ?? [])]) expect(stdout).toContain(`\n  ${exitCode}`);
    expect(stdout).toContain(command.summary.split(' ')[0] ?? '');
  });

  it('that calls a deployment takes the same options', () => {
    const calling = commands.filter(({ command }) => 'url' in command.options);
    expect(calling.length).toBeGreaterThan(20);
    for (const { command } of calling)
      expect(Object.keys(command.options)).toEqual(expect.arrayContaining(['audience', 'as']));
  });
});

describe('usage', () => {
  it.each([
    [['nonsense'], "unknown command 'nonsense'; see plumbline --help"],
    [['aprovals'], 'Did you mean approvals?'],
    [['approvals', 'nonsense'], "unknown command 'nonsense'; see plumbline approvals --help"],
    [['approvals', '--as', 'reader'], "unknown option '--as'; see plumbline approvals --help"],
    [['approvals', 'list', '--nonsense'], "unknown option '--nonsense'; see plumbline approvals list --help"],
    [['approvals', 'show'], "missing required argument 'id'; see plumbline approvals show --help"],
    [['approvals', 'list', '--status', 'open'], '--status must be one of pending,'],
    [['approvals', 'list', '--limit', '0'], '--limit must be a whole number from 1 on'],
    [['stop'], '--reason is missing'],
    [['evaluate', 'no-such-file.json'], 'no-such-file.json cannot be read'],
    [['completion', 'tcsh'], '<shell> must be one of bash, zsh, fish, powershell'],
  ])('%j is refused with exit code 2, in one line', async (words, said) => {
    const { code, stdout, stderr } = await run(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it('without a command shows the help', async () => {
    const { code, stdout } = await run([]);
    expect(code).toBe(0);
    for (const { words } of commands) expect(stdout).toContain(words.split(' ')[0]);
    expect((await run(['approvals'])).stdout).toContain('approve');
    expect((await run(['--version'])).stdout).toMatch(/^\S+\n$/);
  });

  it('has colours at a terminal only, and not with NO_COLOR', async () => {
    const help = (terminal: boolean, environment: Record<string, string>) =>
      run(['--help'], { terminal, environment }).then(({ stdout }) => stdout.includes('\u001b['));
    expect([await help(true, { NO_COLOR: '' }), await help(false, { NO_COLOR: '' }), await help(true, {})]).toEqual([
      ...[true, false, false],
    ]);
  });

  it('evaluates a file as npm run evaluate does', async () => {
    const { code, stdout } = await run(['evaluate', 'docs/examples/web-app.json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { findings: expect.arrayContaining([expect.objectContaining({ verdict: 'violation' })]) },
    ]);
    const piped = await run(['evaluate', '-'], { input: '{}' });
    expect(piped).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('completion', () => {
  const offered = (...words: string[]) => candidatesFor(PROGRAM.commands, words).candidates.map(({ value }) => value);

  it.each([
    [['appr'], ['approvals']],
    [
      ['approvals', ''],
      ['list', 'show', 'approve', 'reject'],
    ],
    [['settings', 'set', ''], ['mode']],
    [
      ['settings', 'set', 'mode', 'a'],
      ['audit', 'approve', 'autofix'],
    ],
    [['approvals', 'list', '--st'], ['--status']],
    [['approvals', 'list', '--severity', 'high,c'], ['high,critical']],
    [
      ['approvals', 'list', '--group', 'resource'],
      ['resource', 'resourceGroup'],
    ],
    [['findings', '--as', 'o'], ['operator']],
    [['nonsense', ''], []],
    [['approvals', 'list', '--limit', ''], []],
  ])('%j offers %j', (words, values) => {
    expect(offered(...words)).toEqual(values);
  });

  it('offers an option once, unless it may be repeated', () => {
    expect(offered('approvals', 'list', '--group', 'rule', '--')).not.toContain('--group');
    expect(offered('approvals', 'list', '--rule', 'x', '--')).toContain('--rule');
  });

  it('offers files where a file is asked for, and hidden commands never', () => {
    expect(candidatesFor(PROGRAM.commands, ['evaluate', '']).files).toBe(true);
    expect(candidatesFor(PROGRAM.commands, ['audit', 'verify', '--kept', '']).files).toBe(true);
    expect(offered('compl')).toEqual(['completion']);
  });

  it('is printed for the scripts, with descriptions; marked words are taken as they are', async () => {
    expect((await run(['complete', '--', 'expl'])).stdout).toBe(
      'explain\tExplain the decisions about a resource, or what became of an event.\n',
    );
    expect((await run(['complete', '--marked', '--', '=audit', '='])).stdout).toMatch(/^list\t/);
    for (const [shell, script] of Object.entries(SCRIPTS))
      expect((await run(['completion', shell])).stdout).toBe(script);
  });
});

describe('what definitions repeat of the schemas', () => {
  it('is the same', () => {
    expect(choices.PROFILES).toEqual(PROFILES);
    expect(choices.SEVERITIES).toEqual(SEVERITIES);
    expect(choices.VERDICTS).toEqual(VERDICTS);
    expect(choices.ACTIONS).toEqual(ACTIONS);
    expect(choices.MODES).toEqual(MODES);
    expect(choices.IMPACTS).toEqual(IMPACTS);
    expect(choices.APPROVAL_GROUPS).toEqual(GROUPINGS);
    expect(choices.FINDING_GROUPS).toEqual(FINDING_GROUPINGS);
    expect(choices.APPROVAL_STATUSES).toEqual(APPROVAL_STATUSES);
    expect(choices.ROLLOUT_STATUSES).toEqual(ROLLOUT_STATUSES);
  });

  it('and every exit code has a meaning', () => {
    for (const { command } of commands)
      for (const code of command.exitCodes ?? []) expect(EXIT_CODES[code]).toMatch(/\.$/);
  });
});
