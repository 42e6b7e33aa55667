/**
 * The anchors of the log: a blob each, written once and never again. Names count down, so that a listing begins with the
 * newest. A container with an immutability policy makes the same hold for whoever has the account's key.
 */
import type { ContainerClient } from '@azure/storage-blob';
import * as z from 'zod';
import type { Anchor } from '../domain/anchor.ts';
import { Declined, type OnRequest, requestsTo } from './requests.ts';

export interface Anchors {
  /** The newest, newest first; null for a blob that holds no anchor. */
  newest(limit: number): Promise<readonly (Anchor | null)[]>;
  /** False when there is an anchor of this number already. */
  add(anchor: Anchor): Promise<boolean>;
}

export function openAnchors(container: ContainerClient, onRequest: OnRequest): Anchors {
  const requests = requestsTo(
    {
      kind: 'blob',
      name: `container ${container.containerName}`,
      missing: 'ContainerNotFound',
      create: (abortSignal) => container.create({ abortSignal }),
    },
    onRequest,
  );

  async function names(limit: number): Promise<string[]> {
    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = await requests.must('list anchors', async (abortSignal) => {
        const pages = container.listBlobsFlat({ prefix: PREFIX, abortSignal }).byPage({
          maxPageSize: Math.min(limit - found.length, LARGEST_PAGE),
          ...(after === undefined ? {} : { continuationToken: after }),
        });
        return (await pages.next()).value;
      });
      found.push(...(page?.segment.blobItems ?? []).map(({ name }: { name: string }) => name));
      after = page?.continuationToken || undefined;
    } while (after !== undefined && found.length < limit);
    return found;
  }

  async function read(name: string): Promise<Anchor | null> {
    const bytes = await requests.must('read an anchor', (abortSignal) =>
      container.getBlockBlobClient(name).downloadToBuffer(0, undefined, { abortSignal }),
    );
    const parsed = SHAPE.safeParse(jsonOf(bytes.toString()));
    return parsed.success && nameOf(parsed.data) === name ? parsed.data : null;
  }

  return {
    async newest(limit) {
      const found: (Anchor | null)[] = [];
      const wanted = await names(limit);
      for (let start = 0; start < wanted.length; start += AT_ONCE) {
        found.push(...(await Promise.all(wanted.slice(start, start + AT_ONCE).map(read))));
      }
      return found;
    },

    async add(anchor) {
      const body = JSON.stringify(anchor);
      const answer = await requests.may('write an anchor', (abortSignal) =>
        container.getBlockBlobClient(nameOf(anchor)).upload(body, Buffer.byteLength(body), {
          blobHTTPHeaders: { blobContentType: 'application/json' },
          conditions: { ifNoneMatch: '*' },
          abortSignal,
        }),
      );
      return !(answer instanceof Declined);
    },
  };
}

const text = z.string();
const SHAPE: z.ZodType<Anchor> = z.strictObject({
  number: z.int().positive(),
  at: text,
  entries: z.int(),
  wholeAt: text,
  chains: z.record(text, z.strictObject({ seq: z.int().positive(), hash: text, at: text })),
  prevHash: text,
  keyId: text,
  hash: text,
  signature: text,
});

const PREFIX = 'anchor-';
const LARGEST_PAGE = 1000;
const AT_ONCE = 16;
const LAST_NUMBER = 999_999_999;

function nameOf({ number }: Anchor): string {
  return `${PREFIX}${String(LAST_NUMBER - number).padStart(9, '0')}.json`;
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
