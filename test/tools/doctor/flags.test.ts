/**
 * The flags of `npm run doctor`: the development environment without arguments, a deployment with three of them, and
 * no token in clear text.
 */
import { describe, expect, it } from 'vitest';
import { parseFlags, UsageError } from '../../../tools/doctor/flags.ts';

const APP =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.Web/sites/scratch';
const PLAN = APP.replace('sites', 'serverfarms');
const LIVE = ['--url', 'https://plumbline.example/api/console', '--resource', APP, '--audience', 'api://plumbline/'];

describe('npm run doctor', () => {
  it('checks the development environment without arguments, and waits longer for Azure', () => {
    expect(parseFlags([], {})).toEqual({ json: false, patienceSeconds: 60, azure: null });
    expect(parseFlags(['--json', '--patience', '5'], {})).toEqual({ json: true, patienceSeconds: 5, azure: null });
    const { patienceSeconds, azure } = parseFlags(LIVE, { AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://arm.example' });
    expect(patienceSeconds).toBe(300);
    expect(azure).toMatchObject({
      url: 'https://plumbline.example',
      app: { id: APP },
      audience: 'api://plumbline',
      drift: false,
      endpoint: 'https://arm.example',
    });
  });

  it.each([
    ['an unknown flag', ['--strange']],
    ['a patience that is not a number', ['--patience', 'long']],
    ['flags of a deployment without one', LIVE.slice(2)],
    ['a violation on request without a deployment', ['--drift']],
    ['no app', ['--url', 'https://plumbline.example', '--audience', 'api://plumbline']],
    ['a plan for an app', LIVE.map((arg) => (arg === APP ? PLAN : arg))],
    ['no audience', LIVE.slice(0, 4)],
    ['no address', LIVE.map((arg) => (arg.startsWith('https') ? 'plumbline' : arg))],
    ['a token over clear text', LIVE.map((arg) => arg.replace('https:', 'http:'))],
  ])('refuses %s', (_, args) => {
    expect(() => parseFlags(args, {})).toThrow(UsageError);
  });

  it('allows clear text to this machine only', () => {
    const [, , ...rest] = LIVE;
    expect(parseFlags(['--url', 'http://127.0.0.1:7071', ...rest], {}).azure?.url).toBe('http://127.0.0.1:7071');
    expect(() => parseFlags(['--url', 'http://127.0.0.1.example', ...rest], {})).toThrow(/https/);
  });
});
