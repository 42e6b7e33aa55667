/**
 * Compresses answers where the caller takes it. The Functions host on Linux does not compress:
 * https://github.com/Azure/azure-functions-host/pull/10870
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { HttpResponseInit } from '@azure/functions';

/** An answer before it is compressed; the names of its headers are in lower case. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Bytes. A smaller answer fits into one packet anyway. */
const MIN_BYTES = 1024;

const [compressBrotli, compressGzip] = [promisify(brotliCompress), promisify(gzip)];

/** The encodings, the best first. Their levels are those with the most gain for little CPU. */
const ENCODINGS = {
  br: (body: Uint8Array) =>
    compressBrotli(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    }),
  gzip: (body: Uint8Array) => compressGzip(body, { level: 5 }),
} as const;
export type Encoding = keyof typeof ENCODINGS;

/**
 * The answer as the caller takes it (`Accept-Encoding`). An answer with a strong ETag stays as it is: such a tag names
 * exact bytes (RFC 9110, 8.8.1), and `If-Match` compares it.
 */
export async function compressAnswer(answer: PlainAnswer, acceptEncoding: string | null): Promise<HttpResponseInit> {
  const { headers, body } = answer;
  if (!isCompressible(headers)) return answer;
  const varying = { ...answer, headers: { ...headers, vary: varyOf(headers.vary) } };
  const encoding = encodingFor(acceptEncoding);
  const bytes = Buffer.from(body ?? '');
  if (encoding === null || bytes.length < MIN_BYTES) return varying;
  const compressed = await ENCODINGS[encoding](bytes);
  return { ...varying, headers: { ...varying.headers, 'content-encoding': encoding }, body: compressed };
}

/** The best encoding that the caller takes; null for none. */
export function encodingFor(acceptEncoding: string | null): Encoding | null {
  const qualities = new Map((acceptEncoding ?? '').split(',').map(qualityOf));
  const quality = (name: string) => qualities.get(name) ?? qualities.get('*') ?? 0;
  const names = Object.keys(ENCODINGS).filter((name): name is Encoding => name in ENCODINGS);
  const [best] = names.sort((a, b) => quality(b) - quality(a));
  // Without a quality of its own, no encoding is what the caller likes least.
  return best !== undefined && quality(best) > 0 && quality(best) >= (qualities.get('identity') ?? 0) ? best : null;
}

/** A name of `Accept-Encoding` with its quality, 1 unless given. A malformed quality is 0. */
function qualityOf(item: string): [string, number] {
  const [name = '', ...parameters] = item.split(';').map((text) => text.trim().toLowerCase());
  const given = parameters.find((text) => /^q\s*=/.test(text));
  const quality = given === undefined ? 1 : Number(given.slice(given.indexOf('=') + 1));
  return [name === 'x-gzip' ? 'gzip' : name, quality >= 0 && quality <= 1 ? quality : 0];
}

/** Texts. Other media, such as a zip or a font, are compressed already. */
const TEXT = /^(text\/|application\/(json|x-ndjson|javascript|xml)\b|[\w.-]+\/[\w.-]+\+(json|xml)\b)/i;

function isCompressible(headers: PlainAnswer['headers']): boolean {
  const { 'content-type': type = '', 'content-encoding': encoding, etag } = headers;
  return TEXT.test(type) && encoding === undefined && (etag === undefined || etag.startsWith('W/'));
}

function varyOf(others: string | undefined): string {
  return others === undefined ? 'Accept-Encoding' : `${others}, Accept-Encoding`;
}
