/** The command as its users see it: JSON on stdout, or one line on stderr and exit code 2. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rules } from '../../src/rules/index.ts';
import { evaluateFiles } from '../../tools/evaluate.ts';
import {
  CONTAINER_APP_ID,
  containerApp,
  ENVIRONMENT_ID,
  environment,
  ingress,
} from '../rules/fixtures/container-app.ts';
import { settings, WORKSPACE } from '../rules/fixtures/diagnostic-settings.ts';
import { SITE_ID, site, webConfig } from '../rules/fixtures/web-app.ts';

const TYPESCRIPT = new URL('../../tools/typescript.mjs', import.meta.url).href;

const NOW = new Date('2026-01-15T12:00:00Z');
const good = {
  id: SITE_ID,
  documents: { resource: site({ httpsOnly: false }), 'config/web': webConfig({ minTlsVersion: '1.2' }) },
};

function evaluated(files: Record<string, unknown>, args: string[] = ['apps.json'], environment = {}) {
  const read = (file: string) => {
    const content = files[file];
    if (content === undefined) throw new Error(`ENOENT: no such file or directory, open '${file}'`);
    return typeof content === 'string' ? content : JSON.stringify(content);
  };
  return evaluateFiles({ args, environment, rules, now: NOW, read });
}

const withSettings = (stored: unknown) =>
  evaluated({ 'apps.json': good, 'settings.json': stored }, ['apps.json', '--settings', 'settings.json']);

describe('the output of evaluate', () => {
  test('has one finding for every rule of the kind, not-applicable included, ordered by rule', () => {
    const [app] = evaluated({ 'apps.json': good });
    expect(app?.id).toBe(SITE_ID);
    expect(app?.findings.map(({ rule }) => rule)).toEqual(
      rules.filter(({ kind }) => kind === 'web-app').map(({ id }) => id),
    );
    expect(app?.findings.find(({ rule }) => rule === 'webapp-https-only')).toEqual({
      rule: 'webapp-https-only',
      verdict: 'violation',
      tier: 'safe',
      reason: 'The app answers plain HTTP (httpsOnly is not true).',
      changes: [{ document: 'resource', path: '/properties/httpsOnly', from: false, to: true }],
    });
    expect(app?.findings.find(({ rule }) => rule === 'webapp-diagnostics')?.verdict).toBe('unknown');
  });

  test('keeps the order of an array of any kinds', () => {
    const tcp = { id: CONTAINER_APP_ID, documents: { resource: containerApp(ingress({ transport: 'tcp' })) } };
    const env = { id: ENVIRONMENT_ID, documents: { resource: environment({ destination: 'log-analytics' }) } };
    const answer = evaluated({ 'apps.json': [tcp, good, env] });
    expect(answer.map(({ id }) => id)).toEqual([CONTAINER_APP_ID, SITE_ID, ENVIRONMENT_ID]);
    expect(answer[0]?.findings.find(({ rule }) => rule === 'containerapp-insecure-ingress')?.verdict).toBe(
      'not-applicable',
    );
    expect(evaluated({ 'apps.json': [] })).toEqual([]);
  });

  test('depends on the workspace id only, of all environment variables', () => {
    const app = { id: SITE_ID, documents: { resource: site(), diagnosticSettings: settings() } };
    const tiers = (environment: Record<string, string>) =>
      evaluated({ '-': app }, ['-'], environment)[0]?.findings.find(({ rule }) => rule === 'webapp-diagnostics')?.tier;
    expect(tiers({ PLUMBLINE_WORKSPACE_ID: WORKSPACE })).toBe('safe');
    expect(tiers({ PLUMBLINE_WORKSPACE_ID: '' })).toBe('advice');
    expect(tiers({ PLUMBLINE_MODE: 'autofix', PLUMBLINE_SELF_ID: SITE_ID })).toBe('advice');
  });

  test('has no finding of a rule that the settings switch off, and uses the parameters of the settings; keys may be left out', () => {
    const [app] = withSettings({
      rules: { 'webapp-https-only': { enabled: false }, 'webapp-min-tls': { parameters: { minimum: '1.3' } } },
    });
    expect(app?.findings.map(({ rule }) => rule)).not.toContain('webapp-https-only');
    expect(app?.findings.find(({ rule }) => rule === 'webapp-min-tls')).toMatchObject({
      verdict: 'violation',
      tier: 'risky',
      changes: [{ from: '1.2', to: '1.3' }],
    });
    const baseline = rules.filter(({ kind, profile }) => kind === 'web-app' && profile === 'baseline');
    expect(withSettings({})[0]?.findings.map(({ rule }) => rule)).toEqual(baseline.map(({ id }) => id));
  });

  test('is the same for a file with a byte order mark', () => {
    expect(evaluated({ 'apps.json': `\uFEFF${JSON.stringify(good)}` })).toHaveLength(1);
  });
});

describe('invalid input is refused with its place', () => {
  const documents = good.documents;
  test.each([
    [
      'an unknown document',
      [good, { id: SITE_ID, documents: { 'config/wbe': {} } }],
      /snapshot 1, \/documents\/config~1wbe/,
    ],
    [
      'a document that is not an object',
      [good, { id: SITE_ID, documents: { 'config/web': 'x' } }],
      /snapshot 1, \/documents\/config~1web/,
    ],
    ['a list as body', { id: SITE_ID, documents: { resource: [] } }, /snapshot 0, \/documents\/resource/],
    ['an id of another kind of resource', { id: '/subscriptions/x/resourceGroups/y', documents }, /snapshot 0, \/id/],
    ['an id of a child', { id: `${SITE_ID}/config/web`, documents }, /snapshot 0, \/id/],
    ['an id with a path traversal', { id: `${SITE_ID}/../other`, documents }, /snapshot 0, \/id/],
    ['no id', [good, good, { documents }], /snapshot 2, \/id/],
    ['no documents', { id: SITE_ID }, /snapshot 0, \/documents/],
    ['documents as a list', { id: SITE_ID, documents: [] }, /snapshot 0, \/documents/],
    [
      'a document called __proto__',
      `{"id":"${SITE_ID}","documents":{"__proto__":{}}}`,
      /snapshot 0, \/documents\/__proto__/,
    ],
    ['another key', { ...good, more: 1 }, /snapshot 0, \/: .*more/],
    ['a number', [1], /snapshot 0, \//],
    ['null', null, /snapshot 0, \//],
    ['text that is not JSON', '{"id": hunter2}', /apps\.json is no JSON/],
    ['nothing', '', /apps\.json is no JSON/],
  ])('%s', (_, content, message) => {
    const failure = thrown(() => evaluated({ 'apps.json': content }));
    expect(failure).toMatch(message);
    expect(failure).not.toMatch(/\n|hunter2/);
  });

  test.each([
    ['an unknown key', { moed: 'audit' }, /settings\.json: \/moed/],
    ['an unknown rule', { rules: { 'webapp-x': {} } }, /\/rules\/webapp-x/],
    [
      'a bad parameter',
      { rules: { 'webapp-min-tls': { parameters: { minimum: '1.1' } } } },
      /\/rules\/webapp-min-tls\/parameters\/minimum/,
    ],
    ['a list', [], /settings\.json: \//],
  ])('settings with %s', (_, stored, message) => {
    expect(thrown(() => withSettings(stored))).toMatch(message);
  });

  test.each([
    ['no file', []],
    ['two files', ['a.json', 'b.json']],
    ['an unknown flag', ['apps.json', '--fix']],
    ['a flag without its value', ['apps.json', '--settings']],
    ['standard input twice', ['-', '--settings', '-']],
  ])('%s: the usage is shown', (_, args) => {
    expect(thrown(() => evaluated({ 'apps.json': good }, args))).toMatch(
      /^[^\n]*usage: npm run --silent evaluate[^\n]*$/,
    );
  });

  test('settings with too many levels are refused, with the limit', () => {
    const deep = JSON.stringify({ rules: { x: { parameters: 0 } } }).replace(
      ':0',
      `:${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    );
    const read = (file: string) => (file === 'apps.json' ? JSON.stringify(good) : deep);
    const input = {
      args: ['apps.json', '--settings', 'deep.json'],
      environment: {},
      rules: [],
      now: new Date(0),
      read,
    };
    expect(thrown(() => evaluateFiles(input))).toBe('deep.json has more than 64 levels');
  });

  test('a missing file is named', () => {
    expect(thrown(() => evaluated({}, ['gone.json']))).toMatch(/^gone\.json cannot be read/);
  });
});

describe('the command', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'plumbline-evaluate-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const command = (args: string[], input = '') =>
    spawnSync(process.execPath, ['--import', TYPESCRIPT, 'tools/evaluate.ts', ...args], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      input,
      encoding: 'utf8',
    });

  test('reads standard input and prints JSON only', () => {
    const { status, stdout, stderr } = command(['-'], JSON.stringify(good));
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject([{ id: SITE_ID }]);
  });

  test('prints one line on stderr for a file with too many levels, nothing on stdout, and exits with 2', () => {
    const file = path.join(folder, 'deep.json');
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    writeFileSync(file, `[${JSON.stringify(good)},{"id":"${SITE_ID}","documents":{"resource":${deep}}}]`);
    const { status, stdout, stderr } = command([file]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^plumbline evaluate: snapshot 1, \/documents\/resource: has more than 64 levels\n$/);
  });

  test('escapes control characters of a name in a file', () => {
    const documents = { 'x\u001b[2J\r\nall compliant\u202e': {} };
    const { status, stderr } = command(['-'], JSON.stringify({ id: SITE_ID, documents }));
    expect(status).toBe(2);
    expect(stderr).toBe(
      'plumbline evaluate: snapshot 0, /documents/x\\u{1b}[2J all compliant\\u{202e}: is no document that Plumbline knows\n',
    );
  });
});

function thrown(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was taken for good');
}
