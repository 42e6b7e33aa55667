/**
 * The previews that are made in the background: one row each, newest first by id, and rows with their items behind it. The
 * reads of previews go to the list of findings, see findings-to-judge.ts.
 */

import { odata } from '@azure/data-tables';
import * as z from 'zod';
import { previewItem } from '../../domain/decisions/preview.ts';
import { ITEMS_PER_ROW, type Previews, storedPreview } from '../../workflows/ports/previews.ts';
import { entityOf, parseOwnRow, parseRow } from '../table/entity.ts';
import { descendingTime } from '../table/keys.ts';
import { MAX_TRANSACTION_STEPS } from '../table/limits.ts';
import { rangeFilter, type Table } from '../table/table.ts';
import { saveVersioned } from '../table/versioned-row.ts';
import { openFindingsToJudge } from './findings-to-judge.ts';

/** `createId` returns a new unique text of at least twelve hex characters. */
export function openPreviews(table: Table, findings: Table, createId: () => string): Previews {
  return {
    ...openFindingsToJudge(findings),

    newId(now) {
      return `p${descendingTime(now)}${createId().replaceAll('-', '').slice(0, 12)}`;
    },

    async get(id) {
      const row = isOwnId(id) ? await table.get(PARTITION, id) : null;
      return row && { value: parseOwnRow(storedPreview, table.name, row), version: row.etag };
    },

    save(preview, version) {
      const entity = entityOf({ partitionKey: PARTITION, rowKey: preview.id }, preview);
      return saveVersioned(table, entity, version, `somebody else saved preview ${preview.id} first`);
    },

    saveItems(id, first, items) {
      return table.upsert(entityOf({ partitionKey: PARTITION, rowKey: itemsKey(id, first) }, items));
    },

    async readItems(id, first, limit) {
      if (!isOwnId(id)) return [];
      const rows = await table.readAll(
        rangeFilter(PARTITION, itemsKey(id, first), itemsKey(id, first + limit + ITEMS_PER_ROW)),
      );
      const skipped = first % ITEMS_PER_ROW;
      return rows.flatMap((row) => parseRow(ITEMS, table.name, row)).slice(skipped, skipped + limit);
    },

    async removeBefore(at) {
      for (;;) {
        const older = odata`PartitionKey eq ${PARTITION} and RowKey ge ${`p${descendingTime(at)}`}`;
        const { items } = await table.readPage(older, { limit: MAX_TRANSACTION_STEPS, after: null }, 1, ['RowKey']);
        if (items.length === 0) return;
        for (const { partitionKey, rowKey } of items) await table.remove({ partitionKey, rowKey });
      }
    },
  };
}

const PARTITION = 'preview';
const ITEMS = z.array(previewItem);

/** The key of a row with items is none. */
function isOwnId(id: string): boolean {
  return /^p\d{15}\w{12}$/.test(id);
}

/** Behind the row of the preview itself. */
function itemsKey(id: string, number: number): string {
  return `${id}-${String(Math.floor(number / ITEMS_PER_ROW)).padStart(8, '0')}`;
}
