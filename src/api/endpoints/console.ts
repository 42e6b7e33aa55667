/**
 * The web page: open to all, because it contains no data; it calls the API as the signed-in person. Its files have a hash in
 * their names, so a browser keeps them; the page itself is asked for each time.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliDecompress, gzip } from 'node:zlib';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { type Encoding, encodingFor } from '../framework/compression.ts';
import type { PublicEndpoint } from '../framework/endpoint.ts';
import { isMatch } from '../framework/etag.ts';

/** Scripts and styles of this origin only, and no text that becomes markup or script. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
};

const PAGE_HEADERS = {
  'content-security-policy': Object.entries(POLICY)
    .map(([directive, source]) => `${directive} ${source}`)
    .join('; '),
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** A year, and never asked for again. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

export const getConsole: PublicEndpoint = {
  name: 'getConsole',
  method: 'GET',
  route: 'console',
  summary: 'The web page, without data. Open to all.',
  role: null,
  statuses: [200, 304],
  result: 'text/html; charset=utf-8',
  responseHeaders: { ETag: 'Of the page; send it as If-None-Match.' },
  async handle(_getService, { headers: asked }) {
    const { PAGE } = await built();
    const etag = `W/"${createHash('sha256').update(PAGE).digest('base64url').slice(0, 22)}"`;
    const headers = { ...PAGE_HEADERS, etag };
    return isMatch(asked.get('if-none-match'), etag)
      ? { status: 304, headers, body: undefined }
      : { headers, body: PAGE };
  },
};

export const getConsoleFile: PublicEndpoint = {
  name: 'getConsoleFile',
  method: 'GET',
  route: 'console/{file}',
  summary: 'A script or a style sheet of the web page. Open to all.',
  role: null,
  statuses: [200],
  result: 'text/javascript; charset=utf-8',
  alternativeTypes: ['text/css; charset=utf-8'],
  async handle(_getService, { headers: asked, params }) {
    const { FILES } = await built();
    const { file: name = '' } = params;
    const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    if (!file) throw new Refusal('not-found', 'The page has no such file. Load the page again.');
    const headers = { 'content-type': file.type, 'cache-control': IMMUTABLE };
    const encoding = encodingFor(asked.get('accept-encoding'));
    const body = await encoded(name, file.brotli, encoding);
    if (encoding === null) return { headers, body };
    return { headers: { ...headers, 'content-encoding': encoding, vary: 'Accept-Encoding' }, body };
  },
};

/** The files as they are sent, by name and encoding. */
const sent = new Map<string, Promise<Buffer>>();

function encoded(name: string, brotli: string, encoding: Encoding | null): Promise<Buffer> {
  const key = `${name} ${encoding}`;
  const bytes = sent.get(key) ?? encode(Buffer.from(brotli, 'base64'), encoding);
  sent.set(key, bytes);
  return bytes;
}

const [decompress, compressGzip] = [promisify(brotliDecompress), promisify(gzip)];

async function encode(brotli: Buffer, encoding: Encoding | null): Promise<Buffer> {
  if (encoding === 'br') return brotli;
  const plain = await decompress(brotli);
  return encoding === 'gzip' ? compressGzip(plain, { level: 9 }) : plain;
}

/** Loaded at the first use: no other call needs the page. */
function built() {
  return import('../built/console.ts');
}
