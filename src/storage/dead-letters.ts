/**
 * Messages that were given up, each once by its key and newest first, with the last reason that was noted before. The rows
 * of a message: f-<key> its last failure, i-<key> that it is buried, l-<time> the letter.
 */
import { z } from 'zod';
import type { DeadLetters } from '../workflows/ports.ts';
import { entityOf, valueIn } from './entity.ts';
import { hashOf, newestFirst } from './keys.ts';
import type { Table } from './table.ts';

export function openDeadLetters(table: Table, now: () => Date): DeadLetters {
  return {
    async noteFailure(messageKey, error) {
      const failure = { error: error.slice(0, LONGEST_ERROR), at: now().toISOString() };
      await table.put(entityOf({ partitionKey: PARTITION, rowKey: `f-${hashOf(messageKey)}` }, failure));
    },

    async bury(messageKey, letter) {
      const hash = hashOf(messageKey);
      const failure = await table.get(PARTITION, `f-${hash}`);
      const { error } = failure ? valueIn(FAILURE, table.name, failure) : { error: null };
      const rowKey = `l-${newestFirst(letter.at)}-${hash}`;
      // Declined means that it is buried already: the first burial stands.
      await table.transact([
        { insert: entityOf({ partitionKey: PARTITION, rowKey: `i-${hash}` }, rowKey) },
        { insert: entityOf({ partitionKey: PARTITION, rowKey }, { ...letter, id: hash, messageKey, error }) },
      ]);
    },
  };
}

const PARTITION = 'letter';
const LONGEST_ERROR = 8000;
const FAILURE = z.strictObject({ error: z.string(), at: z.string() });
