/**
 * Dead-lettered messages, each once by its key, newest first, with the last recorded failure. The rows of a message:
 * f-<key> the last failure; i-<key> the row key of its dead letter, or null after it was released; l-<time> the dead letter.
 */

import * as z from 'zod';
import { truncateText } from '../../domain/resources/limits.ts';
import { type DeadLetter, type DeadLetters, deadLetter, isListed } from '../../workflows/ports/dead-letters.ts';
import { entityOf, parseRow, type Row } from '../table/entity.ts';
import { descendingTime, hashOf, isSafeId } from '../table/keys.ts';
import { searchPage } from '../table/search.ts';
import { prefixFilter, type Table } from '../table/table.ts';
import { saveStep } from '../table/versioned-row.ts';

export function openDeadLetters(table: Table, now: () => Date): DeadLetters {
  const key = (rowKey: string) => ({ partitionKey: PARTITION, rowKey });

  /** The row key of a message's dead letter: undefined when there never was one, null after it was released. */
  async function readIndex(hash: string): Promise<{ letter: string | null; etag: string } | undefined> {
    const row = await table.get(PARTITION, `i-${hash}`);
    return row ? { letter: parseRow(INDEX, table.name, row), etag: row.etag } : undefined;
  }

  function parseLetter(row: Row): DeadLetter {
    const { messageKey: _messageKey, ...letter } = parseRow(LETTER, table.name, row);
    return letter;
  }

  return {
    async recordFailure(messageKey, error) {
      const failure = { error: truncateText(error, MAX_ERROR_LENGTH), at: now().toISOString() };
      await table.upsert(entityOf(key(`f-${hashOf(messageKey)}`), failure));
    },

    async clearFailure(messageKey) {
      await table.remove(key(`f-${hashOf(messageKey)}`));
    },

    async record(messageKey, letter) {
      const hash = hashOf(messageKey);
      const [index, failure] = await Promise.all([readIndex(hash), table.get(PARTITION, `f-${hash}`)]);
      if (typeof index?.letter === 'string') return;
      const { error } = failure ? parseRow(FAILURE, table.name, failure) : { error: null };
      const rowKey = `l-${descendingTime(letter.at)}-${hash}`;
      const pointer = entityOf(key(`i-${hash}`), rowKey);
      // A rejection means that another instance has recorded it meanwhile: the first record stays.
      await table.transact([
        saveStep(pointer, index?.etag ?? null),
        { insert: entityOf(key(rowKey), { ...letter, id: hash, messageKey, error }) },
      ]);
    },

    async count() {
      const { rows } = await table.readColumns(prefixFilter(PARTITION, 'l-'), ['RowKey'], MAX_COUNT_REQUESTS);
      return rows.length;
    },

    async list(query, page) {
      const isFiltered = query.queue !== undefined || query.q !== undefined;
      if (isFiltered) {
        const { total, ...found } = await searchPage(table, { partition: PARTITION, prefix: 'l-' }, page, (row) => {
          const letter = parseLetter(row);
          return isListed(letter, query) ? letter : null;
        });
        return { ...found, ...(query.total && total !== undefined ? { total } : {}) };
      }
      const filter = prefixFilter(PARTITION, 'l-');
      const [{ items, next }, counted] = await Promise.all([
        table.readPage(filter, page, 1),
        query.total && page.after === null ? table.readColumns(filter, ['RowKey'], 2) : null,
      ]);
      const total = counted?.complete ? { total: counted.rows.length } : {};
      return { items: items.map(parseLetter), next, ...total };
    },

    async get(id) {
      const index = isSafeId(id) ? await readIndex(id) : undefined;
      if (!index) return null;
      const row = index.letter === null ? null : await table.get(PARTITION, index.letter);
      return row ? parseLetter(row) : 'released';
    },

    async markReleased(id) {
      const index = await readIndex(id);
      if (typeof index?.letter !== 'string') return;
      // A rejection means that another instance has released it meanwhile.
      await table.transact([
        { replace: entityOf(key(`i-${id}`), null), etag: index.etag },
        { remove: key(index.letter) },
      ]);
      await table.remove(key(`f-${id}`));
    },
  };
}

const PARTITION = 'letter';
const MAX_ERROR_LENGTH = 8000;

/** A request reads a thousand rows; the exact number of more than three thousand does not matter. */
const MAX_COUNT_REQUESTS = 3;
const FAILURE = z.strictObject({ error: z.string(), at: z.string() });
const INDEX = z.string().nullable();
const LETTER = deadLetter.extend({ messageKey: z.string() });
