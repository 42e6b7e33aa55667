import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Entity, entityOf, MAX_STRING_LENGTH, parseRow } from '../../../src/storage/table/entity.ts';
import { assertEntityFits, countComparisons } from '../../../src/storage/table/limits.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import { useAccount } from '../azurite.ts';

const account = useAccount();
const key = { partitionKey: 'p', rowKey: 'r' };

describe('a value in a row', () => {
  const hostile = '--changeset_1\r\nHTTP/1.1 412 x\n{"odata.error":{}} RowKey=\'x\' PUT http://a/b ü 𝄞 \u2028 \ud800';
  it.each([
    ['is short', { text: hostile }],
    ['fills properties to the last character', { text: 'x'.repeat(3 * MAX_STRING_LENGTH) }],
    ['has a surrogate pair on every border', { text: '𝄞'.repeat(20_000) }],
    ['has surrogate pairs on the other side of each border', { text: `x${'𝄞'.repeat(20_000)}` }],
  ])('is read back unchanged when it %s', async (_, value) => {
    const table = openTable(account.table('Values'), () => undefined);
    await table.upsert(entityOf(key, value));
    const single = await table.get(key.partitionKey, key.rowKey);
    expect(single && parseRow(z.unknown(), 'Values', single)).toEqual(value);
    await table.transact([{ upsert: entityOf({ ...key, rowKey: 'batch' }, value) }]);
    const batched = await table.get(key.partitionKey, 'batch');
    expect(batched && parseRow(z.unknown(), 'Values', batched)).toEqual(value);
  });

  it('leaves no columns of a longer value that it replaces', async () => {
    const table = openTable(account.table('Values'), () => undefined);
    await table.upsert(entityOf({ ...key, rowKey: 'shrinks' }, 'x'.repeat(5 * MAX_STRING_LENGTH)));
    await table.upsert(entityOf({ ...key, rowKey: 'shrinks' }, 'short'));
    const row = await table.get('p', 'shrinks');
    expect(row && Object.keys(row).filter((name) => name.startsWith('Json'))).toEqual(['Json0']);
  });

  it('in an invalid form is an error that names table and row', () => {
    const row = { ...entityOf(key, { some: 1 }), etag: 'x' };
    expect(() => parseRow(z.strictObject({ other: z.string() }), 'PlumblineEvents', row)).toThrow(
      /row p\/r of table PlumblineEvents .*other/,
    );
    expect(() => parseRow(z.string(), 'PlumblineEvents', { ...key, etag: 'x' })).toThrow(/row p\/r of table/);
  });

  it.each([81, 5000])('with %i levels is an error instead of a stack overflow', (levels) => {
    const row = { ...key, Json0: `${'['.repeat(levels)}1${']'.repeat(levels)}`, etag: 'x' };
    expect(() => parseRow(z.json(), 'PlumblineEvents', row)).toThrow(/row p\/r of table PlumblineEvents/);
  });

  it('may have as many levels as a value of Azure, some below its row', () => {
    const row = { ...key, Json0: `${'['.repeat(80)}1${']'.repeat(80)}`, etag: 'x' };
    expect(JSON.stringify(parseRow(z.json(), 'PlumblineEvents', row))).toBe(row.Json0);
  });
});

describe('the limits of Azure that the emulator does not enforce', () => {
  const columns = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`C${index}`, 1]));
  const broken: [string, Entity, RegExp][] = [
    ['an entity of more than 1 MiB', entityOf(key, 'x'.repeat(530_000)), /row p\/r of table T: it has \d+ bytes/],
    ['253 properties', { ...key, ...columns(253) }, /253 properties/],
    ['a string of more than 32 K characters', { ...key, Text: 'x'.repeat(MAX_STRING_LENGTH + 1) }, /property Text/],
    ['a property name with a dash', { ...key, 'a-b': 1 }, /'a-b'/],
    ['a property name that starts with a digit', { ...key, '1b': 1 }, /'1b'/],
    ['a slash in a key', { ...key, rowKey: '/subscriptions/1' }, /a key has one of/],
    ['a control character in a key', { ...key, partitionKey: 'a\u0085' }, /a key has one of/],
    ['a long key', { ...key, rowKey: 'x'.repeat(513) }, /513 characters/],
  ];
  it.each(broken)('refuse %s', (_, entity, message) => {
    expect(() => assertEntityFits('T', entity)).toThrow(message);
  });

  it('allow values within the limits', () => {
    assertEntityFits('T', entityOf(key, 'x'.repeat(520_000)));
    assertEntityFits('T', { ...key, ...columns(252), partitionKey: 'x'.repeat(512) });
  });

  it('count the comparisons of a filter without the contents of its values', async () => {
    const filterOf = (count: number) =>
      Array.from({ length: count }, (_, n) => `C${n} eq 'it''s a le b eq c'`).join(' or ');
    expect(countComparisons(`(${filterOf(14)}) and not (D ge 5)`)).toBe(15);
    const table = openTable(account.table('Values'), () => undefined);
    expect(await table.readAll(filterOf(15))).toEqual([]);
    const most = /16 comparisons, 15 are allowed/;
    await expect(table.readAll(filterOf(16))).rejects.toThrow(most);
    await expect(table.readPage(filterOf(16), { limit: 1, after: null })).rejects.toThrow(most);
    await expect(table.readColumns(filterOf(16), ['RowKey'], 1)).rejects.toThrow(most);
  });

  it('are checked before every way of writing', async () => {
    const table = openTable(account.table('Values'), () => undefined);
    const large = entityOf(key, 'x'.repeat(600_000));
    for (const write of [
      () => table.insert(large),
      () => table.upsert(large),
      () => table.replace(large, '*'),
      () => table.transact([{ insert: large }]),
    ]) {
      await expect(write()).rejects.toThrow(/row p\/r of table Values: it has/);
    }
    const rows = Array.from({ length: 101 }, (_, index) => entityOf({ ...key, rowKey: String(index) }, 'x'));
    await expect(table.transact(rows.map((insert) => ({ insert })))).rejects.toThrow(/101 steps, 100 are allowed/);
    const heavy = Array.from({ length: 10 }, (_, index) =>
      entityOf({ ...key, rowKey: String(index) }, 'x'.repeat(500_000)),
    );
    await expect(table.transact(heavy.map((insert) => ({ insert })))).rejects.toThrow(/bytes, \d+ are allowed/);
  });
});
