import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { exportAudit } from '../../../../src/api/endpoints/audit/export.ts';
import { CSV_HEADER, formatCsv, formatOcsf } from '../../../../src/api/endpoints/audit/formats.ts';
import { MAX_EXPORT_ITEMS } from '../../../../src/api/formats/export-format.ts';
import { AUDIT_KINDS, type AuditEntry, auditEntry, chainEntry, emptyHead } from '../../../../src/domain/audit/audit.ts';
import { parseAuditKeys, parsePublicKey, sealFault } from '../../../../src/domain/audit/seal.ts';
import { apiDeps, NOW } from '../../../fakes/api-deps.ts';
import type { FakeDeps } from '../../../fakes/deps.ts';
import { ADA, ask, principal, serviceOf, statusAndCode } from '../../ask.ts';
import { faultsOf } from '../../ocsf-schema.ts';
import { record, SHOP } from '../../samples.ts';

const { signing } = parseAuditKeys(`k1:${Buffer.alloc(32, 3).toString('base64')}`);
let deps: FakeDeps;

beforeEach(async () => {
  deps = apiDeps();
  await deps.audit.append(
    [1, 2, 3].map((n) =>
      record({ id: `audit-${n}`, at: `2026-03-01T10:00:0${n}.000Z`, kind: n === 2 ? 'fix.intended' : 'fix.applied' }),
    ),
  );
});

const exported = (query = '') => ask(exportAudit, serviceOf(deps), { query, as: principal(['Reader']) });
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

/** The rows of a text as RFC 4180 defines them. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe('GET /audit/export as jsonl', () => {
  it('has the entries as they were signed, oldest first, and then a sealed manifest', async () => {
    const { status, headers, text } = await exported();
    const lines = linesOf(text);
    const [{ manifest }] = z
      .tuple([z.object({ manifest: z.looseObject({ hash: z.string(), keyId: z.string(), signature: z.string() }) })])
      .parse(lines.splice(-1));
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    expect(headers.get('content-disposition')).toBe(
      'attachment; filename="plumbline-audit-2026-03-01T12-00-00-000Z.jsonl"',
    );
    expect(lines).toEqual(deps.stored.entries);
    for (const line of lines) expect(() => auditEntry.parse(line)).not.toThrow();
    const [first, , last] = deps.stored.entries;
    expect(manifest).toMatchObject({
      v: 1,
      exportedAt: NOW,
      filter: {},
      count: 3,
      chains: {
        [first?.chain ?? '']: { count: 3, firstSeq: 1, firstHash: first?.hash, lastSeq: 3, lastHash: last?.hash },
      },
      anchor: null,
    });
    const [key] = deps.audit.publicKeys;
    const parsed = parsePublicKey(`${key?.keyId}:${key?.publicKey}`);
    expect(sealFault(manifest, parsed ? [parsed] : [])).toBeNull();
  });

  it('has the result of the verification in its manifest', async () => {
    const found = async () => linesOf((await exported()).text).at(-1);
    expect(await found()).toMatchObject({ manifest: { verification: { valid: true, complete: true } } });
    const whole = await deps.audit.verify();
    deps = {
      ...deps,
      audit: { ...deps.audit, verify: async () => ({ ...whole, valid: false, reason: 'Row i-1: it is planted.' }) },
    };
    expect(await found()).toMatchObject({
      manifest: { verification: { valid: false, reason: 'Row i-1: it is planted.' } },
    });
    expect(deps.stored.logged).toContainEqual({
      level: 'error',
      fields: { firstBad: undefined, reason: 'Row i-1: it is planted.' },
      message: 'audit log verification failed',
    });
  });

  it('takes every filter of the list, and the manifest names the given filters', async () => {
    const [entry, last] = linesOf((await exported('?kind=fix.intended&from=2026-03-01T11:00:00%2B01:00')).text);
    expect(entry).toMatchObject({ id: 'audit-2' });
    expect(last).toMatchObject({
      manifest: { count: 1, filter: { kind: 'fix.intended', from: '2026-03-01T10:00:00.000Z' } },
    });
    expect(statusAndCode(await exported('?limit=3'))).toBe('400 invalid');
    expect(statusAndCode(await exported('?format=xml'))).toBe('400 invalid');
  });

  it('is refused with a hint to from and to when it would be larger than the limit of one answer', async () => {
    const [entry] = deps.stored.entries;
    const items = Array.from({ length: 1000 }, () => entry).filter((one) => one !== undefined);
    let pages = 0;
    const entries = async () => ({ items, next: String(++pages) });
    const answer = await ask(exportAudit, serviceOf({ ...deps, audit: { ...deps.audit, scan: entries } }));
    expect(statusAndCode(answer)).toBe('413 too-large');
    expect(answer.body.detail).toMatch(/GET \/api\/audit\/evidence\?from=&to=.* from and to/);
    expect(pages).toBe(MAX_EXPORT_ITEMS / 1000 + 1);
  });
});

describe('GET /audit/export as csv', () => {
  it('has a header line and one line for each entry', async () => {
    const { headers, text } = await exported('?format=csv');
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    const rows = text.split('\r\n');
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatch(/^id,at,kind,resource,rule,/);
    expect(rows[1]).toMatch(/^audit-1,2026-03-01T10:00:01.000Z,fix.applied,/);
  });

  const formulas = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '\uff1d1',
    '\uff20SUM',
    ' =1',
    '\0=1',
    '\u202e=1',
  ];
  it.each(formulas)('prefixes %j so that no spreadsheet calculates it', (message) => {
    const text = formatCsv([entryWith({ message, actor: { type: 'user', objectId: ADA, name: message } })]);
    expect(text.split(`"'${message}"`)).toHaveLength(3);
  });

  it.each(['\ufeff=1', '\u200b+1', '\u200e@SUM(A1)', ' \t\u00a0-1', '\uff0b1', '\uff0d1'])(
    'prefixes %j, which begins like a formula for some spreadsheets only',
    (message) => {
      expect(readCsv(formatCsv([entryWith({ message })]))[0]).toContain(`'${message}`);
    },
  );

  it.each(['1 + 1', 'a=1', 'mail@example.com', '1-1', '', '3 rules', 'see "a=1"'])('leaves %j as it is', (message) => {
    expect(readCsv(formatCsv([entryWith({ message })]))[0]).toContain(message);
  });

  it('has in each line a value for each name, and no value that begins like a formula', () => {
    const text = fc.string({ unit: fc.constantFrom(...'=+-@ \t\r\n\0\'",;a\u200b\ufeff\uff1d'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (message, name) => {
        const entry = entryWith({ message, actor: { type: 'user', objectId: ADA, name } });
        const [names, values = []] = readCsv(`${CSV_HEADER}${formatCsv([entry])}`);
        const row = new Map(names?.map((column, at) => [column, values[at]]));
        expect(values).toHaveLength(names?.length ?? 0);
        for (const [column, written] of [
          ['message', message],
          ['actorName', name],
        ] as const) {
          expect([written, `'${written}`]).toContain(row.get(column));
          expect(row.get(column)?.replace(/^[\s\0\u200b\ufeff]+/, '') ?? '').not.toMatch(/^[=+\-@\uff1d]/);
        }
      }),
    );
  });

  it('quotes values with quotes, commas and line breaks', () => {
    expect(formatCsv([entryWith({ message: 'a "b", c\r\nd' })])).toContain('"a ""b"", c\r\nd"');
  });
});

describe('GET /audit/export as ocsf', () => {
  it.each(AUDIT_KINDS)('writes %s as an event that the published schema allows', (kind) => {
    for (const type of ['service', 'user', 'app'] as const) {
      const entry = entryWith({ kind, actor: type === 'service' ? { type } : { type, objectId: ADA } });
      const nothing = entryWith({ kind, resource: null, operationId: null, arm: null, actor: { type: 'service' } });
      for (const one of [entry, nothing]) {
        const [event] = linesOf(formatOcsf([one]));
        expect(faultsOf(event)).toEqual([]);
        expect(event).toMatchObject({
          class_uid: /^(fix|rollback)\./.test(kind) ? 7001 : 6003,
          time: Date.parse(entry.at),
          metadata: { version: '1.8.0', uid: entry.id },
        });
      }
    }
  });

  it('has what was changed, who did it and how it ended', () => {
    const failed = entryWith({ kind: 'fix.failed', actor: { type: 'user', objectId: ADA, name: 'Ada' } });
    expect(linesOf(formatOcsf([failed]))).toMatchObject([
      {
        type_uid: 700104,
        status_id: 6,
        command_uid: 'operation-1',
        observables: [{ type_id: 10, value: SHOP }],
        unmapped: { rule: 'webapp-min-tls', hash: failed.hash, actor: { objectId: ADA }, changes: failed.changes },
      },
    ]);
    const approved = entryWith({ kind: 'approval.approved', actor: { type: 'user', objectId: ADA, name: 'Ada' } });
    expect(linesOf(formatOcsf([approved]))).toMatchObject([
      { type_uid: 600303, status_id: 1, actor: { user: { uid: ADA, name: 'Ada' } }, resources: [{ uid: SHOP }] },
    ]);
  });

  it.each<[Parameters<typeof record>[0], number, number]>([
    [{ kind: 'fix.intended' }, 700104, 99],
    [{ kind: 'fix.applied' }, 700104, 1],
    [{ kind: 'fix.blocked' }, 700104, 2],
    [{ kind: 'fix.unknown' }, 700104, 0],
    [{ kind: 'fix.failed', reasons: [{ code: 'part-applied', text: 'One of two.' }] }, 700104, 4],
    [{ kind: 'rollback.applied' }, 700103, 1],
  ])('%o has type %i and status %i', (differs, type, status) => {
    expect(linesOf(formatOcsf([entryWith(differs)]))).toMatchObject([{ type_uid: type, status_id: status }]);
  });
});

function entryWith(differs: Parameters<typeof record>[0]): AuditEntry {
  return chainEntry(record(differs), emptyHead('00'), signing);
}
