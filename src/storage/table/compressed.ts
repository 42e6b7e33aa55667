/** JSON as a compressed text, for columns that hold many values. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Base64 of the deflated JSON. */
export function compressJson(value: unknown): string {
  return deflateRawSync(JSON.stringify(value)).toString('base64');
}

/** The value of such a text; undefined when it is none, or more than any row holds. */
export function decompressJson(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_BYTES }).toString());
  } catch {
    return undefined;
  }
}

/** Inflated; a row, as long as it can be, has less. Somebody else may have written it. */
const MAX_BYTES = 64 * 1024 * 1024;
