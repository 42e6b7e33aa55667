import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { getConsole, policyFor } from '../../../src/api/endpoints/console.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { ask, serviceOf } from '../ask.ts';

const PAGE =
  '<!doctype html><style>p { color: red }</style><p>hello</p><script>one()</script><script type="module">two()</script>';
vi.mock('../../../src/console/page.ts', () => ({ consolePage: () => PAGE }));

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the console', () => {
  it('needs no sign-in, and is served when sign-in is off', async () => {
    const answer = await ask(getConsole, serviceOf(apiDeps(), false), { as: null });
    expect([answer.status, answer.text]).toEqual([200, PAGE]);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(answer.headers.get('content-security-policy')).toBe(policyFor(PAGE));
  });

  it('allows only its own scripts and styles to run', () => {
    const policy = new Map(
      policyFor(PAGE)
        .split('; ')
        .map((one) => [one.split(' ')[0], one.split(' ').slice(1).join(' ')]),
    );
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('script-src')).toBe(`${hash('one()')} ${hash('two()')}`);
    expect(policy.get('style-src')).toBe(hash('p { color: red }'));
    expect(policy.get('connect-src')).toBe("'self'");
    for (const name of ['base-uri', 'form-action', 'frame-ancestors']) expect(policy.get(name)).toBe("'none'");
    expect(policyFor(PAGE)).not.toMatch(/unsafe|\*/);
  });

  it('allows no scripts and styles when the page has none', () => {
    expect(policyFor('<p>hello</p>')).toContain("script-src 'none'; style-src 'none'");
  });
});
