/**
 * Messages that were given up, each once by its key and newest first, with the last reason that was noted before. The rows
 * of a message: f-<key> its last failure, i-<key> the key of its letter, null when it was released, l-<time> the letter.
 */
import * as z from 'zod';
import { cutText } from '../domain/limits.ts';
import type { DeadLetter, DeadLetters } from '../workflows/ports.ts';
import { entityOf, type Row, valueIn } from './entity.ts';
import { hashOf, isPlainId, newestFirst } from './keys.ts';
import { startingWith, type Table } from './table.ts';

export function openDeadLetters(table: Table, now: () => Date): DeadLetters {
  const key = (rowKey: string) => ({ partitionKey: PARTITION, rowKey });

  /** Where a message's letter is: undefined when it was never buried, null when it was released. */
  async function indexOf(hash: string): Promise<{ letter: string | null; etag: string } | undefined> {
    const row = await table.get(PARTITION, `i-${hash}`);
    return row ? { letter: valueIn(INDEX, table.name, row), etag: row.etag } : undefined;
  }

  function letterIn(row: Row): DeadLetter {
    const { messageKey: _messageKey, ...letter } = valueIn(LETTER, table.name, row);
    return letter;
  }

  return {
    async noteFailure(messageKey, error) {
      const failure = { error: cutText(error, LONGEST_ERROR), at: now().toISOString() };
      await table.put(entityOf(key(`f-${hashOf(messageKey)}`), failure));
    },

    async forgetFailure(messageKey) {
      await table.remove(key(`f-${hashOf(messageKey)}`));
    },

    async bury(messageKey, letter) {
      const hash = hashOf(messageKey);
      const [index, failure] = await Promise.all([indexOf(hash), table.get(PARTITION, `f-${hash}`)]);
      if (typeof index?.letter === 'string') return;
      const { error } = failure ? valueIn(FAILURE, table.name, failure) : { error: null };
      const rowKey = `l-${newestFirst(letter.at)}-${hash}`;
      const pointer = entityOf(key(`i-${hash}`), rowKey);
      // Declined means that somebody else has buried it meanwhile: the first burial stands.
      await table.transact([
        index ? { replace: pointer, etag: index.etag } : { insert: pointer },
        { insert: entityOf(key(rowKey), { ...letter, id: hash, messageKey, error }) },
      ]);
    },

    async count() {
      const { rows } = await table.columns(startingWith(PARTITION, 'l-'), ['RowKey'], MOST_COUNTING_REQUESTS);
      return rows.length;
    },

    async list(page) {
      const { items, next } = await table.page(startingWith(PARTITION, 'l-'), page);
      return { items: items.map(letterIn), next };
    },

    async get(id) {
      const index = isPlainId(id) ? await indexOf(id) : undefined;
      if (!index) return null;
      const row = index.letter === null ? null : await table.get(PARTITION, index.letter);
      return row ? letterIn(row) : 'released';
    },

    async release(id) {
      const index = await indexOf(id);
      if (typeof index?.letter !== 'string') return;
      // Declined means that somebody else has released it meanwhile.
      await table.transact([
        { replace: entityOf(key(`i-${id}`), null), etag: index.etag },
        { remove: key(index.letter) },
      ]);
      await table.remove(key(`f-${id}`));
    },
  };
}

const PARTITION = 'letter';
const LONGEST_ERROR = 8000;
/** A request reads a thousand rows: where there are more, their number says nothing new. */
const MOST_COUNTING_REQUESTS = 3;
const FAILURE = z.strictObject({ error: z.string(), at: z.string() });
const INDEX = z.string().nullable();
const LETTER = z.strictObject({
  id: z.string(),
  at: z.string(),
  queue: z.string(),
  message: z.string(),
  resource: z.string().nullable(),
  error: z.string().nullable(),
  messageKey: z.string(),
});
