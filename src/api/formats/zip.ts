/** A zip in memory. The same files give the same bytes on the same version of Node.js: every file has the same date. */
import { once } from 'node:events';
import { crc32, createDeflateRaw } from 'node:zlib';
import { Zip } from 'fflate';

export interface ZippedFile {
  readonly name: string;
  readonly content: readonly Buffer[];
}

/** fflate makes the container. Node.js compresses, outside of the main thread. */
export async function zipOf(files: readonly ZippedFile[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  for (const { name, content } of files) {
    const compressed = await compress(content);
    const size = content.reduce((sum, { length }) => sum + length, 0);
    const crc = content.reduce((sum, piece) => crc32(piece, sum), 0);
    const file: Parameters<typeof zip.add>[0] = { filename: name, size, crc, compression: DEFLATE, mtime: DATE };
    zip.add(file);
    for (const [n, piece] of compressed.entries()) file.ondata?.(null, piece, n === compressed.length - 1);
  }
  zip.end();
  return Buffer.concat(pieces);
}

async function compress(content: readonly Buffer[]): Promise<Uint8Array<ArrayBuffer>[]> {
  const stream = createDeflateRaw();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(new Uint8Array(piece)));
  const end = once(stream, 'end');
  for (const piece of content) if (!stream.write(piece)) await once(stream, 'drain');
  stream.end();
  await end;
  return pieces;
}

const DEFLATE = 8;
/** The first day that a zip can have. */
const DATE = '1980-01-01T00:00:00';
