import { describe, expect, it } from 'vitest';
import { listRules } from '../../../src/api/endpoints/rules.ts';
import { compressAnswer, encodingFor } from '../../../src/api/framework/compression.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { ask, serviceOf } from '../ask.ts';

const LONG = JSON.stringify({ text: 'the same words again and again. '.repeat(100) });
const json = { 'content-type': 'application/json' };

describe('the encoding of an answer', () => {
  it.each([
    [null, null],
    ['', null],
    ['br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate', 'gzip'],
    ['X-GZIP', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['gzip;q=1.0,br;q=1.0', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0', null],
    ['*', 'br'],
    ['*;q=0', null],
    ['gzip, *;q=0', 'gzip'],
    ['br;q=0, *;q=0.1', 'gzip'],
    ['identity', null],
    ['gzip;q=0.5, identity', null],
    ['gzip;q=0.5, identity;q=0.2', 'gzip'],
    ['identity;q=0', null],
    ['deflate, zstd', null],
    ['br;q=nan, gzip;q=2', null],
    ['brotli', null],
  ])('for %j is %j', (given, wanted) => {
    expect(encodingFor(given)).toBe(wanted);
  });
});

describe('an answer', () => {
  const sent = (headers: Record<string, string>, body: string | Uint8Array = LONG, accept = 'br, gzip') =>
    compressAnswer({ status: 200, headers, body }, accept);

  it('names its encoding, and that it varies with what the caller takes', async () => {
    const { headers, body } = await sent(json);
    expect(headers).toEqual({ ...json, vary: 'Accept-Encoding', 'content-encoding': 'br' });
    expect(body).toBeInstanceOf(Buffer);
    expect(await sent(json, LONG, 'deflate')).toEqual({
      ...{ status: 200, headers: { ...json, vary: 'Accept-Encoding' }, body: LONG },
    });
    expect((await sent({ ...json, vary: 'Origin' })).headers).toMatchObject({ vary: 'Origin, Accept-Encoding' });
  });

  it.each(['application/problem+json', 'text/plain; version=0.0.4', 'text/html', 'application/x-ndjson', 'text/csv'])(
    'of the type %s is compressed',
    async (type) => {
      expect((await sent({ 'content-type': type })).headers).toMatchObject({ 'content-encoding': 'br' });
    },
  );

  it.each([
    ['of a medium that is compressed', { 'content-type': 'application/zip' }],
    ['of a medium that nobody knows', {}],
    ['that is encoded already', { ...json, 'content-encoding': 'gzip' }],
    ['with an ETag that names its bytes', { ...json, etag: '"7"' }],
  ])('%s stays as it is', async (_, headers) => {
    expect(await sent(headers)).toEqual({ status: 200, headers, body: LONG });
  });

  it('with a weak ETag is compressed, and one of less than a kilobyte is not', async () => {
    expect((await sent({ ...json, etag: 'W/"7"' })).headers).toMatchObject({ 'content-encoding': 'br' });
    expect((await sent(json, 'x'.repeat(1023))).headers).not.toHaveProperty('content-encoding');
    expect((await sent(json, 'x'.repeat(1024))).headers).toHaveProperty('content-encoding');
  });

  it('without a body says that it varies, and nothing more', async () => {
    const headers = { ...json, etag: 'W/"7"' };
    expect(await compressAnswer({ status: 304, headers }, 'br')).toEqual({
      ...{ status: 304, headers: { ...headers, vary: 'Accept-Encoding' } },
    });
  });
});

describe('the API', () => {
  const service = serviceOf(apiDeps());

  it.each(['br', 'gzip'])('answers in %s what it answers without', async (encoding) => {
    const plain = await ask(listRules, service);
    const compressed = await ask(listRules, service, { headers: { 'accept-encoding': encoding } });
    expect([plain.headers.get('content-encoding'), compressed.headers.get('content-encoding')]).toEqual([
      null,
      encoding,
    ]);
    expect(compressed.body).toEqual(plain.body);
  });

  it('compresses a long problem', async () => {
    const query = `?${Array.from({ length: 20 }, (_, n) => `unknown-parameter-${n}=1`).join('&')}`;
    const { status, headers, body } = await ask(listRules, service, { query, headers: { 'accept-encoding': 'gzip' } });
    expect([status, headers.get('content-encoding'), body.code]).toEqual([400, 'gzip', 'invalid']);
  });
});
