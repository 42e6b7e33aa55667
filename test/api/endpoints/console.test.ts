import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FILES, PAGE } from '../../../src/api/built/console.ts';
import { getConsole, getConsoleFile } from '../../../src/api/endpoints/console.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { ask, serviceOf } from '../ask.ts';

const service = serviceOf(apiDeps(), false);
const names = Object.keys(FILES);
const script = names.find((name) => name.endsWith('.js')) ?? '';

describe('the console', () => {
  it('needs no sign-in, and is served when sign-in is off', async () => {
    const answer = await ask(getConsole, service, { as: null });
    expect([answer.status, answer.text]).toEqual([200, PAGE]);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    for (const name of names) expect(PAGE).toContain(`console/${name}`);
  });

  it('allows only its own files to run, and no text to become markup or script', async () => {
    const { headers } = await ask(getConsole, service, { as: null });
    const directives = (headers.get('content-security-policy') ?? '').split('; ').map((one) => one.split(' '));
    expect(Object.fromEntries(directives.map(([name, ...sources]) => [name, sources.join(' ')]))).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'require-trusted-types-for': "'script'",
    });
    expect(PAGE).not.toMatch(/<script>|<style|style=|onload=/);
  });

  it('is not sent again while it is the same', async () => {
    const { headers } = await ask(getConsole, service, { as: null });
    const etag = headers.get('etag') ?? '';
    expect(headers.get('cache-control')).toBe('no-cache');
    const again = await ask(getConsole, service, { as: null, headers: { 'if-none-match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it.each([
    ['br', (bytes: Buffer) => brotliDecompressSync(bytes)],
    ['gzip', (bytes: Buffer) => gunzipSync(bytes)],
    [null, (bytes: Buffer) => bytes],
  ])('sends its files for good, encoded as %s', async (encoding, decode) => {
    const headers = encoding === null ? {} : { 'accept-encoding': encoding };
    const answer = await ask(getConsoleFile, service, { as: null, params: { file: script }, headers });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    const plain = brotliDecompressSync(Buffer.from(FILES[script]?.brotli ?? '', 'base64'));
    expect(decode(Buffer.from(answer.sent)).equals(plain)).toBe(true);
  });

  it.each(['app.js', 'constructor', '../console', ''])('has no file %j', async (file) => {
    const answer = await ask(getConsoleFile, service, { as: null, params: { file } });
    expect(answer.status).toBe(404);
  });

  it('is at most 80 KB for the browser', () => {
    const bytes = names.reduce((sum, name) => sum + Buffer.from(FILES[name]?.brotli ?? '', 'base64').length, 0);
    expect(bytes + PAGE.length).toBeLessThanOrEqual(80 * 1024);
  });
});
