/**
 * The anchors of the log: one blob each, which is never overwritten. Names count down, so that a listing begins with the
 * newest. An immutability policy on the container protects the blobs even from someone who has the account's key.
 */
import { text as textOf } from 'node:stream/consumers';
import type { ContainerClient } from '@azure/storage-blob';
import { type Anchor, anchor } from '../../domain/audit/anchor.ts';
import { type Page, type PageRequest, pagesOf } from '../../workflows/ports/storage.ts';
import { createContainerRequester, type OnRequest, Rejected } from '../table/requests.ts';

export interface Anchors {
  /** The newest anchors, newest first; null for a blob that holds no anchor. */
  readNewest(limit: number): Promise<readonly (Anchor | null)[]>;
  /** The number of the newest anchor; 0 when there is none. */
  readNewestNumber(): Promise<number>;
  /** The anchors with these numbers, in their order; null for one that is missing, or a blob that holds no anchor. */
  readMany(numbers: readonly number[]): Promise<readonly (Anchor | null)[]>;
  /** False when an anchor with this number exists already. */
  add(anchor: Anchor): Promise<boolean>;
  /** Sends one request; throws StorageUnavailable. */
  ping(): Promise<void>;
}

export function openAnchors(container: ContainerClient, onRequest: OnRequest): Anchors {
  const requests = createContainerRequester(container, onRequest);

  function listPage({ limit, after }: PageRequest): Promise<Page<string>> {
    return requests.perform('list anchors', async (abortSignal) => {
      const pages = container
        .listBlobsFlat({ prefix: PREFIX, abortSignal })
        .byPage({ maxPageSize: limit, ...(after === null ? {} : { continuationToken: after }) });
      const { value } = await pages.next();
      const items = (value?.segment.blobItems ?? []).map(({ name }: { name: string }) => name);
      return { items, next: value?.continuationToken || null };
    });
  }

  async function listNames(limit: number): Promise<string[]> {
    const found: string[] = [];
    for await (const names of pagesOf(listPage, Math.min(limit, MAX_PAGE_SIZE))) {
      found.push(...names);
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  async function read(name: string): Promise<Anchor | null> {
    // downloadToBuffer would ask for the length first, in a request of its own.
    const text = await requests.attempt('read an anchor', async (abortSignal) => {
      const { readableStreamBody } = await container.getBlockBlobClient(name).download(0, undefined, { abortSignal });
      return readableStreamBody ? textOf(readableStreamBody) : '';
    });
    if (text instanceof Rejected) return null;
    const parsed = anchor.safeParse(jsonOf(text));
    return parsed.success && nameOf(parsed.data) === name ? parsed.data : null;
  }

  async function readNames(names: readonly string[]): Promise<(Anchor | null)[]> {
    const found: (Anchor | null)[] = [];
    for (let start = 0; start < names.length; start += MAX_CONCURRENT_READS) {
      found.push(...(await Promise.all(names.slice(start, start + MAX_CONCURRENT_READS).map(read))));
    }
    return found;
  }

  return {
    async readNewest(limit) {
      return readNames(await listNames(limit));
    },

    async readNewestNumber() {
      const [name] = await listNames(1);
      return LAST_NUMBER - Number(/^anchor-(\d{9})\.json$/.exec(name ?? '')?.[1] ?? LAST_NUMBER);
    },

    readMany: (numbers) => readNames(numbers.map((number) => nameOf({ number }))),

    async add(anchor) {
      const body = JSON.stringify(anchor);
      const answer = await requests.attempt('write an anchor', (abortSignal) =>
        container.getBlockBlobClient(nameOf(anchor)).upload(body, Buffer.byteLength(body), {
          blobHTTPHeaders: { blobContentType: 'application/json' },
          conditions: { ifNoneMatch: '*' },
          abortSignal,
        }),
      );
      return !(answer instanceof Rejected);
    },

    async ping() {
      await requests.perform('read the properties', (abortSignal) => container.getProperties({ abortSignal }));
    },
  };
}

const PREFIX = 'anchor-';
const MAX_PAGE_SIZE = 1000;
const MAX_CONCURRENT_READS = 16;
const LAST_NUMBER = 999_999_999;

function nameOf({ number }: Pick<Anchor, 'number'>): string {
  return `${PREFIX}${String(LAST_NUMBER - number).padStart(9, '0')}.json`;
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
