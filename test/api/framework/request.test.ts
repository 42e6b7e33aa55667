import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createExemption } from '../../../src/api/endpoints/exemptions.ts';
import { listFindings } from '../../../src/api/endpoints/findings/findings.ts';
import { startScan } from '../../../src/api/endpoints/scans.ts';
import { putSettings } from '../../../src/api/endpoints/settings.ts';
import { ENDPOINTS } from '../../../src/functions/api.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { ask, ORIGIN, serviceOf, statusAndCode } from '../ask.ts';
import { GROUP } from '../samples.ts';

vi.mock('../../../src/app/service.ts', () => ({ getService: () => {} }));
vi.mock('../../../src/console/page.ts', () => ({ consolePage: () => '<!doctype html>' }));

let deps: FakeDeps;
beforeEach(() => {
  deps = apiDeps();
});

describe('a state change from another origin', () => {
  const changing = ENDPOINTS.filter(({ method }) => method !== 'GET');
  const foreign: Record<string, string>[] = [
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
    { origin: `${ORIGIN}.elsewhere.example` },
    { origin: ORIGIN, 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'SAME-ORIGIN' },
  ];

  it.each(changing.map((call) => [call.name, call] as const))(
    '%s is refused before the service is called',
    async (_, call) => {
      const untouched = () => {
        throw new Error('the service was asked');
      };
      for (const headers of foreign)
        expect(statusAndCode(await ask(call, untouched, { headers }))).toBe('403 forbidden');
      expect((await ask(call, untouched)).status).toBe(500);
    },
  );
});

describe('a JSON body', () => {
  const put = (text: string) => ask(putSettings, serviceOf(deps), { text, headers: { 'if-match': '*' } });
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const parameter = (value: string) => `{"rules":{"webapp-min-tls":{"parameters":{"minimum":${value}}}}}`;

  it.each([
    ['thirty levels', 30],
    ['as many levels as fit', 500_000],
  ])('of %s is refused', async (_, levels) => {
    expect(statusAndCode(await put(parameter(nested(levels))))).toBe('400 invalid');
  });

  it.each([
    ['/__proto__', '{"__proto__":{"mode":"autofix"}}'],
    ['/rules/__proto__', '{"rules":{"__proto__":{"enabled":false}}}'],
    ['/rules/constructor', '{"rules":{"constructor":{"enabled":false}}}'],
    ['/rules/webapp-min-tls/parameters/__proto__', '{"rules":{"webapp-min-tls":{"parameters":{"__proto__":"1.0"}}}}'],
    ['/rules/webapp-min-tls/parameters/toString', '{"rules":{"webapp-min-tls":{"parameters":{"toString":"1.0"}}}}'],
  ])('with a key like __proto__ is refused at %s', async (pointer, text) => {
    const answer = await put(text);
    expect(statusAndCode(answer)).toBe('400 invalid');
    expect(answer.text).toContain(`"pointer":"${pointer}"`);
    expect(deps.stored.settings).toBeNull();
  });

  it('sent in chunks, which the platform drops, is refused with a hint by every call that takes a body', async () => {
    const taking = ENDPOINTS.filter((call) => call.role !== null && call.body);
    expect(taking.length).toBeGreaterThan(5);
    for (const call of taking) {
      const form = call.role !== null && call.findSubject ? { ...call, findSubject: async () => ({}) } : call;
      const answer = await ask(form, serviceOf(deps), {
        text: '',
        headers: { 'transfer-encoding': 'chunked', 'if-match': '*', 'content-type': 'application/json' },
      });
      expect(statusAndCode(answer), call.name).toBe('400 invalid');
      expect(answer.text, call.name).toContain('send it with the header Content-Length');
      expect(answer.text, call.name).not.toContain('JSON');
    }
  });

  it('that is empty with a content-length is not JSON', async () => {
    const answer = await ask(putSettings, serviceOf(deps), {
      text: '',
      headers: { 'if-match': '*', 'content-length': '0' },
    });
    expect(answer.text).toContain('the body is no JSON');
  });

  it('is UTF-8, with or without a byte order mark', async () => {
    expect((await put('\ufeff{}')).status).toBe(200);
    for (const bytes of [Buffer.from('{}', 'utf16le'), Buffer.from([0x22, 0xc0, 0xaf, 0x22])]) {
      const answer = await ask(putSettings, serviceOf(deps), { bytes, headers: { 'if-match': '*' } });
      expect(statusAndCode(answer)).toBe('400 invalid');
    }
  });
});

describe('a value that is too large for a row is refused, not an error of the service', () => {
  const scope = `${GROUP}/${'x'.repeat(40_000)}`;

  it('settings of half a megabyte are 413', async () => {
    const scopes = Array.from({ length: 1000 }, (_, n) => ({ scope: `${GROUP}${'x'.repeat(400)}${n}` }));
    const answer = await ask(putSettings, serviceOf(deps), { body: { scopes }, headers: { 'if-match': '*' } });
    expect(statusAndCode(answer)).toBe('413 too-large');
    expect(deps.stored.settings).toBeNull();
  });

  it('an exemption, a scan and a filter with a very long scope are 400', async () => {
    const body = { scope, rule: 'webapp-min-tls', owner: 'o', reason: 'r', expires: '2026-04-01T00:00:00Z' };
    expect(statusAndCode(await ask(createExemption, serviceOf(deps), { body: body }))).toBe('400 invalid');
    expect(statusAndCode(await ask(startScan, serviceOf(deps), { body: { scope } }))).toBe('400 invalid');
    expect(statusAndCode(await ask(listFindings, serviceOf(deps), { query: `?resource=${scope}` }))).toBe(
      '400 invalid',
    );
  });
});
