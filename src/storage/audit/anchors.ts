/**
 * The anchors of the log: one blob each, which is never overwritten. Names count down, so that a listing begins with the
 * newest. An immutability policy on the container protects the blobs even from someone who has the account's key.
 */
import type { ContainerClient } from '@azure/storage-blob';
import { type Anchor, anchor } from '../../domain/audit/anchor.ts';
import { pagesOf } from '../../workflows/ports/pages.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import { createContainerRequester, type OnRequest, Rejected } from '../table/requests.ts';

export interface Anchors {
  /** The newest anchors, newest first; null for a blob that holds no anchor. */
  readNewest(limit: number): Promise<readonly (Anchor | null)[]>;
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
    const bytes = await requests.perform('read an anchor', (abortSignal) =>
      container.getBlockBlobClient(name).downloadToBuffer(0, undefined, { abortSignal }),
    );
    const parsed = anchor.safeParse(jsonOf(bytes.toString()));
    return parsed.success && nameOf(parsed.data) === name ? parsed.data : null;
  }

  return {
    async readNewest(limit) {
      const found: (Anchor | null)[] = [];
      const wanted = await listNames(limit);
      for (let start = 0; start < wanted.length; start += MAX_CONCURRENT_READS) {
        found.push(...(await Promise.all(wanted.slice(start, start + MAX_CONCURRENT_READS).map(read))));
      }
      return found;
    },

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
