import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestIn, digestReason } from '../../../src/domain/approvals/digests.ts';
import {
  AUDIT_KINDS,
  type AuditEntry,
  type AuditRecord,
  chainEntry,
  chainFault,
  chainNames,
  chainOf,
  emptyHead,
  headAfter,
  isSameRecord,
  parseAuditKeys,
  publicKeyText,
  recordId,
} from '../../../src/domain/audit/audit.ts';
import { parsePublicKey } from '../../../src/domain/audit/seal.ts';
import { viewOf } from '../../../src/domain/resources/resource.ts';
import { resourceNamed, SITE, TLS_CHANGE } from '../examples.ts';

const seed = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const keys = parseAuditKeys(`k2:${seed(2)},k1:${seed(1)}`);

function record(number: number): AuditRecord {
  return {
    id: recordId('record', String(number)),
    at: `2026-01-15T12:00:0${number}.000Z`,
    kind: 'fix.applied',
    resource: viewOf(resourceNamed(SITE)),
    rule: 'webapp-min-tls',
    mode: 'autofix',
    operationId: `o${number}`,
    approvalId: null,
    actor: { type: 'service' },
    trigger: { type: 'event', eventId: 'e1' },
    changes: [TLS_CHANGE],
    alsoMoved: [],
    reasons: [],
    arm: { status: 200 },
    message: 'Applied.',
  };
}

function chained(records: readonly AuditRecord[], signing = keys.signing): AuditEntry[] {
  let head = emptyHead('03');
  return records.map((one) => {
    const entry = chainEntry(one, head, signing);
    head = headAfter(entry);
    return entry;
  });
}

/** The first fault of a chain in the order of an audit. */
function firstFault(entries: readonly AuditEntry[], known = keys.all): string | null {
  let head = emptyHead('03');
  for (const entry of entries) {
    const fault = chainFault(entry, head, known);
    if (fault !== null) return fault;
    head = headAfter(entry);
  }
  return null;
}

const chain = chained([1, 2, 3, 4].map(record));
const [first, second, third, fourth] = chain as [AuditEntry, AuditEntry, AuditEntry, AuditEntry];

describe('guarantee 14: an auditor finds', () => {
  test('nothing in a valid chain, before and after a round trip through JSON', () => {
    expect(firstFault(chain)).toBeNull();
    expect(firstFault(JSON.parse(JSON.stringify(chain)))).toBeNull();
    expect(chain.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  test.each<[string, readonly AuditEntry[], RegExp]>([
    ['an edited entry', [first, { ...second, message: 'Nothing happened.' }, third], /does not match its hash/],
    ['an edited value deep inside', [{ ...first, changes: [{ ...TLS_CHANGE, to: '1.0' }] }], /does not match its hash/],
    ['an added member', [{ ...first, note: 'x' } as AuditEntry], /does not match its hash/],
    ['a deleted entry', [first, third], /entry 2 of chain 03 is not there/],
    ['a deleted beginning', [second, third], /entry 1 of chain 03 is not there/],
    ['two entries in another order', [first, third, second], /entry 2 of chain 03 is not there/],
    ['an entry twice', [first, first], /entry 2/],
    [
      'an inserted entry with its own hash',
      [first, resigned({ ...second, message: 'x' }, keys.signing, false)],
      /signature/,
    ],
    ['a later entry after an inserted one', [first, resigned({ ...second, message: 'x' }), third], /does not continue/],
    ['a good entry of another chain', [chainEntry(record(1), emptyHead('04'), keys.signing)], /belongs to chain 04/],
    ['an unknown key', chained([record(1)], parseAuditKeys(`kx:${seed(9)}`).signing), /key 'kx', which is not known/],
    [
      'another key with the known name',
      chained([record(1)], parseAuditKeys(`k2:${seed(9)}`).signing),
      /signature does not match/,
    ],
    ['no signature', [{ ...first, signature: '' }], /signature does not match/],
  ])('%s', (_, entries, fault) => {
    expect(firstFault(entries)).toMatch(fault);
  });

  test('a cut tail by the head', () => {
    const head = headAfter(fourth);
    const cut = headAfter(third);
    expect([cut.seq, cut.hash]).not.toEqual([head.seq, head.hash]);
    expect(firstFault([first, second, third])).toBeNull();
  });

  test('a change of any member of an entry', () => {
    for (const name of Object.keys(first)) {
      const changed = { ...first, [name]: name === 'seq' ? 7 : 'other' };
      expect(firstFault([changed]), name).not.toBeNull();
    }
  });

  test('a change of any character', () => {
    const text = JSON.stringify(first);
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom('0', '7', 'a', 'Z'), (at, character) => {
        fc.pre(text[at] !== character);
        const edited = parsed(text.slice(0, at) + character + text.slice(at + 1));
        fc.pre(edited !== null);
        expect(edited && firstFault([edited])).not.toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  test('that times in a chain never go back', () => {
    const [, later] = chained([{ ...record(1), at: '2026-01-15T13:00:00.000Z' }, record(2)]);
    expect(later?.at).toBe('2026-01-15T13:00:00.000Z');
  });

  test('nothing in old entries after a change of keys', () => {
    const old = chained([record(1)], keys.all[1]);
    const next = chainEntry(record(2), headAfter(old[0] ?? first), keys.signing);
    expect(firstFault([...old, next])).toBeNull();
    expect([old[0]?.keyId, next.keyId]).toEqual(['k1', 'k2']);
  });
});

describe('the key setting', () => {
  test('the first key signs and all verify; a bare seed is k1', () => {
    expect(keys.signing.id).toBe('k2');
    expect(keys.all.map(({ id }) => id)).toEqual(['k2', 'k1']);
    expect(parseAuditKeys(seed(1)).signing.id).toBe('k1');
    expect(publicKeyText(parseAuditKeys(seed(1)).signing)).toBe(publicKeyText(parseAuditKeys(`x:${seed(1)}`).signing));
  });

  test('the public key of a known seed is that of RFC 8032', () => {
    const seedOfTest1 = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    expect(
      Buffer.from(publicKeyText(parseAuditKeys(seedOfTest1.toString('base64')).signing), 'base64').toString('hex'),
    ).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  });

  test.each([
    ['nothing', ''],
    ['31 bytes', Buffer.alloc(31, 1).toString('base64')],
    ['33 bytes', Buffer.alloc(33, 1).toString('base64')],
    ['not base64', `${seed(1).slice(0, -4)}!!!=`],
    ['an id with a blank', `my key:${seed(1)}`],
    ['one of two wrong', `k1:${seed(1)},k2:short`],
    ['characters that are not base64', `${seed(1).slice(0, -1)}!=`],
    ['the same id twice', `k1:${seed(1)},k1:${seed(2)}`],
    ['a comma at the end', `k1:${seed(1)},`],
  ])('guarantee 12: %s is refused without repeating it', (_, text) => {
    const message = refusal(text);
    expect(message).toMatch(/^must /);
    for (const part of text.split(/[:,]/).filter((one) => one.length > 6)) expect(message).not.toContain(part);
  });

  test('two keys without a fault are taken, with blanks around them and without the sign at their end', () => {
    const bare = seed(2).replace('=', '');
    expect(parseAuditKeys(` a:${seed(1)} , b:${bare} `).all.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(refusal(`a:${seed(1)},a:${seed(2)}`)).toBe('must name each key once');
  });

  test('a public key is parsed from its text, with or without an id, and verifies what the key signed', () => {
    const text = publicKeyText(keys.signing);
    const [named, bare] = [parsePublicKey(` k2:${text}\n`), parsePublicKey(text)];
    expect([named?.id, bare?.id, named && publicKeyText(named)]).toEqual(['k2', 'k1', text]);
    expect(chainFault(first, emptyHead('03'), named ? [named] : [])).toBeNull();
    expect(['', 'k2:', `k2:${text.slice(4)}`, 'k2:short'].map(parsePublicKey)).toEqual([null, null, null, null]);
  });

  test('a seed of any bytes is accepted', () => {
    for (let run = 0; run < 20; run++) expect(parseAuditKeys(randomBytes(32).toString('base64')).all).toHaveLength(1);
  });
});

test('the id of a record depends on its content only', () => {
  expect(recordId('a', 'b')).toBe(recordId('a', 'b'));
  expect(recordId('a', 'b')).not.toBe(recordId('ab'));
  expect(recordId('a', 'b', 'c')).not.toBe(recordId('a', 'bc'));
  expect(recordId('a', 'b')).toMatch(/^[0-9a-f]{32}$/);
});

test('all entries about a resource are in one chain, and resources are spread over all chains', () => {
  const chains = new Set(Array.from({ length: 400 }, (_, index) => chainOf(`${SITE}${index}`, 16)));
  expect(chainOf(SITE, 16)).toBe(chainOf(SITE, 16));
  expect([...chains].sort()).toEqual(Array.from({ length: 16 }, (_, index) => String(index).padStart(2, '0')));
});

test('guarantee 14: a lone surrogate in a comment or a name does not prevent another program from verifying the entry', () => {
  const half = { ...record(1), message: 'no \ud83d', actor: { type: 'user', objectId: 'o', name: '\udc00' } } as const;
  const [entry] = chained([half]);
  expect(entry).toMatchObject({ message: 'no \ufffd', actor: { name: '\ufffd' } });
  // UTF-8 and back, as a file or another language does.
  const read: AuditEntry = JSON.parse(Buffer.from(JSON.stringify(entry)).toString());
  expect(firstFault([read])).toBeNull();
});

test('the kinds are the documented ones', () => {
  const ends = ['intended', 'applied', 'failed', 'blocked', 'unknown'];
  expect([...AUDIT_KINDS].sort()).toEqual(
    [
      ...ends.map((end) => `fix.${end}`),
      ...ends.map((end) => `rollback.${end}`),
      ...['requested', 'approved', 'rejected', 'expired', 'superseded', 'cleared'].map((end) => `approval.${end}`),
      'settings.changed',
      ...['created', 'ended', 'removed'].map((end) => `exemption.${end}`),
      ...['stopped', 'resumed'].map((end) => `service.${end}`),
      ...['started', 'stopped', 'continued', 'ended'].map((end) => `rollout.${end}`),
      'audit.reviewed',
      'health.worse',
    ].sort(),
  );
});

/** The entry hashed again after an edit, signed with the key or with the old signature. */
function resigned(entry: AuditEntry, key = keys.signing, signed = true): AuditEntry {
  const { hash, signature, chain: name, seq, prevHash, keyId, ...edited } = entry;
  const forged = chainEntry(edited, { chain: name, seq: seq - 1, hash: prevHash, at: null }, key);
  return signed ? forged : { ...forged, signature };
}

function parsed(text: string): AuditEntry | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(text: string): string {
  try {
    parseAuditKeys(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was taken');
}

test('the chains are numbered from zero, with two digits', () => {
  expect(chainNames(11)).toEqual(['00', '01', '02', '03', '04', '05', '06', '07', '08', '09', '10']);
});

test('times in a chain never go back', () => {
  const head = { ...emptyHead('03'), seq: 4 };
  const at = (before: string | null) => chainEntry(record(2), { ...head, at: before }, keys.signing).at;
  expect(at(null)).toBe('2026-01-15T12:00:02.000Z');
  expect(at('2026-01-15T12:00:01.000Z')).toBe('2026-01-15T12:00:02.000Z');
  expect(at('2026-01-15T12:00:03.000Z')).toBe('2026-01-15T12:00:03.000Z');
});

test('a record is the same with another text, at another time and in another casing of its resource', () => {
  const { resource } = record(1);
  const shouted = resource && { ...resource, id: resource.id.toUpperCase() };
  expect(isSameRecord(record(1), { ...record(1), message: 'x', at: '', resource: shouted })).toBe(true);
  expect(isSameRecord({ ...record(1), resource: null }, { ...record(1), resource: null })).toBe(true);
});

test.each<[string, Partial<AuditRecord>]>([
  ['kind', { kind: 'fix.failed' }],
  ['resource', { resource: viewOf(resourceNamed(`${SITE}2`)) }],
  ['resource, without one', { resource: null }],
  ['rule', { rule: 'webapp-auth' }],
  ['operation', { operationId: 'o2' }],
  ['approval', { approvalId: 'a1' }],
  ['actor', { actor: { type: 'user', objectId: 'u1' } }],
  ['changes', { changes: [] }],
])('a record with another %s is another record', (_, differs) => {
  expect(isSameRecord(record(1), { ...record(1), ...differs })).toBe(false);
});

test('records with different digests are different, whatever their texts are', () => {
  const recordWith = (text: string, digest: string): AuditRecord => ({
    ...record(1),
    kind: 'settings.changed',
    reasons: [{ code: 'moved', text }, digestReason(digest)],
  });
  expect(isSameRecord(recordWith('a', 'sha256:1'), recordWith('b', 'sha256:1'))).toBe(true);
  expect(isSameRecord(recordWith('a', 'sha256:1'), recordWith('a', 'sha256:2'))).toBe(false);
  expect(digestIn(recordWith('a', 'sha256:1').reasons)).toBe('sha256:1');
  expect(digestIn(record(1).reasons)).toBeNull();
});
