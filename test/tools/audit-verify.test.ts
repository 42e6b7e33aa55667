/** Exports as an attacker might leave them, verified by the command with the auditor's public key. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nextAnchor } from '../../src/domain/audit/anchor.ts';
import {
  type AuditEntry,
  type AuditKeys,
  chainEntry,
  emptyHead,
  headAfter,
  publicKeyText,
} from '../../src/domain/audit/audit.ts';
import { linesOf, type Manifest, manifestOf } from '../../src/domain/audit/manifest.ts';
import { type Seal, seal } from '../../src/domain/audit/seal.ts';
import { verifyExports } from '../../tools/audit-verify/audit-verify.ts';
import { app, auditKeys, record, strangerKeys, time } from '../storage/samples.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-proof-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [k2, k1] = auditKeys.all;
if (!k1 || !k2) throw new Error('the samples have two keys');
const KEYS = [k1, k2].flatMap((key) => ['--key', `${key.id}:${publicKeyText(key)}`]);

/** Chains 03 and 05 in turn, the first three entries of each under the key before the last rotation. */
const log = entriesOf(12, (n) => (n < 6 ? k1 : k2));
const third = entryAt('03', 3);

describe('an export that is complete', () => {
  it('is verified with the keys of the auditor, old and new', async () => {
    expect(await proved(exported(log))).toEqual({
      code: 0,
      text: expect.stringMatching(/^whole: 12 entries in 2 chains, /),
    });
  });

  it('is checked for consistency only without a key of the auditor, and the output says so', async () => {
    expect(await proved(exported(log), [])).toEqual({ code: 0, text: expect.stringMatching(/file's own claim/) });
    const forged = exported(
      entriesOf(4, () => strangerKeys.signing),
      {},
      strangerKeys,
    );
    expect((await proved(forged, [])).code).toBe(0);
    expect(await proved(forged)).toMatchObject({ code: 1, text: expect.stringMatching(/names the key 'k9'/) });
  });

  it('may hold texts with other line separators', async () => {
    const entry = chainEntry(record(app('one'), 'a', { message: 'a\u2028b\u0085c\r\nd' }), emptyHead('00'), k2);
    expect((await proved(exported([entry]))).code).toBe(0);
  });

  it('may be longer than one read', async () => {
    const text = exported(entriesOf(1500, () => k2, 'grün '.repeat(60)));
    expect(Buffer.byteLength(text)).toBeGreaterThan(1_500_000);
    expect(await proved(text)).toMatchObject({ code: 0, text: expect.stringMatching(/^whole: 1500 entries/) });
  });

  it('may be split into files, each the continuation of the one before', async () => {
    const [first, second] = [log.slice(0, 5), log.slice(5)];
    const [middle = ''] = second.map(({ at }) => at);
    const files = [file(exported(first, { to: middle })), file(exported(second, { from: middle }))];
    expect(await verifyExports([...files, ...KEYS])).toMatchObject({
      code: 0,
      text: expect.stringMatching(/12 entries/),
    });
    const late = file(exported(second.slice(1), { from: entryAt('05', 4).at }));
    expect((await verifyExports([files[0] ?? '', late, ...KEYS])).code).toBe(1);
    expect((await verifyExports([...files.reverse(), ...KEYS])).code).toBe(1);
  });

  it('may lack the entries that its filter left out, and no others', async () => {
    const some = log.filter(({ seq }) => seq % 2 === 0);
    const text = (filter: Record<string, string>) => proved(exported(some, filter));
    expect(await text({ kind: 'fix.applied' })).toMatchObject({
      code: 0,
      text: expect.stringMatching(/4 entries .*left out/),
    });
    for (const filter of [{}, { from: time(0) }, { to: time(900) }]) expect((await text(filter)).code).toBe(1);
  });

  it('is not whole when the service found an invalid log', async () => {
    const found = (valid: boolean, more = {}) =>
      exported(log, {}, auditKeys, null, { verification: { valid, complete: true, ...more } });
    expect((await proved(found(true))).code).toBe(0);
    expect(await proved(found(false, { reason: 'Row i-1: it is planted.' }))).toMatchObject({
      code: 1,
      text: expect.stringMatching(/the service found, when it made this file: Row i-1: it is planted\./),
    });
  });

  it('may come from a later version, with further members at each place of its manifest', async () => {
    const anchor = nextAnchor(null, [headAfter(entryAt('03', 5))], { at: time(700), whole: true }, k2);
    const chains = { '03': { ...anchor.chains['03'], bytes: 7 } };
    const later = seal({ ...contentOf(anchor), chains, tree: 'sha256' }, k2);
    const { manifest }: { manifest: Record<string, unknown> } = JSON.parse(lastLine(exported(log)));
    const verification = { valid: true, complete: true, seconds: 3 };
    const sealed = seal({ ...contentOf(manifest), anchor: later, verification, madeBy: 'v2' }, k2);
    const text = (one: object) => `${linesOf(log)}${JSON.stringify({ manifest: one })}\n`;
    expect((await proved(text(sealed))).code).toBe(0);
    expect((await proved(text({ ...sealed, madeBy: 'v3' }))).text).toMatch(/the manifest: its content/);
  });

  it('of an empty log is verified', async () => {
    expect(await proved(exported([]))).toMatchObject({ code: 0, text: expect.stringMatching(/^whole: 0 entries/) });
  });
});

describe('guarantee 14: each kind of tampering is found, and the first bad entry is named', () => {
  // The manifest is that of the whole log, unless an attacker can work without it.
  const honest = lastLine(exported(log));
  const withLines = (entries: readonly object[]) =>
    `${entries.map((one) => `${JSON.stringify(one)}\n`).join('')}${honest}\n`;
  const instead = (entry: object) => withLines(log.map((one) => (one === third ? entry : one)));

  it.each<[string, string, RegExp]>([
    ['an edited entry', instead({ ...third, message: 'Nothing happened.' }), /entry 3 of chain 03: its content/],
    ['a deleted entry', withLines(log.filter((one) => one !== third)), /entry 3 of chain 03: it is not there/],
    ['entries in another order', withLines(swapped(third, entryAt('03', 4))), /entry 3 of chain 03: it is not there/],
    [
      'an inserted entry',
      withLines(log.flatMap((one) => (one === third ? [one, forgedAfter(one)] : [one]))),
      /entry 4 of chain 03: it names the key 'k9'/,
    ],
    ['a cut tail', withLines(log.slice(0, 8)), /entry 5 of chain 03: it is not there; the manifest ends with 6/],
    ['a cut tail and a cut manifest', linesOf(log.slice(0, 8)), /no manifest/],
    [
      'an unknown key',
      instead({ ...third, ...seal(contentOf(third), strangerKeys.signing) }),
      /entry 3 of chain 03: it names the key 'k9'/,
    ],
    [
      'a strange key under a known name',
      instead(seal(contentOf(third), { ...strangerKeys.signing, id: 'k1' })),
      /entry 3 of chain 03: its signature/,
    ],
    ['a member that names another algorithm', instead({ ...third, alg: 'none' }), /entry 3 of chain 03: its content/],
    [
      'a signature by another algorithm',
      instead({ ...third, signature: ecdsa(third.hash) }),
      /entry 3 of chain 03: its signature/,
    ],
    [
      'the public key used as a password',
      instead({ ...third, signature: hmac(third.hash) }),
      /entry 3 of chain 03: its signature/,
    ],
    ['no signature', instead({ ...third, signature: '' }), /entry 3 of chain 03: its signature/],
    ['a line that is no entry', instead({}), /line 5 is no audit entry/],
    ['the same entry twice', withLines([...log, third]), /entry 3 of chain 03: it stands behind entry 6/],
  ])('%s', async (_, text, expected) => {
    expect(await proved(text)).toEqual({ code: 1, text: expect.stringMatching(expected) });
  });

  it('a head that was rolled back together with its tail, found by the anchor', async () => {
    const anchor = nextAnchor(
      null,
      [headAfter(entryAt('03', 5)), headAfter(entryAt('05', 5))],
      { at: time(700), whole: true },
      k2,
    );
    expect((await proved(exported(log, {}, auditKeys, anchor))).code).toBe(0);
    expect(await proved(exported(log.slice(0, 6), {}, auditKeys, anchor))).toEqual({
      code: 1,
      text: expect.stringMatching(/entry 4 of chain 03: it is not there; anchor 1 ends with 5/),
    });
  });

  it('a log that was rewritten below the anchor', async () => {
    const anchor = nextAnchor(null, [headAfter(entryAt('03', 5))], { at: time(700), whole: true }, k2);
    const anew = entriesOf(12, () => k2);
    expect((await proved(exported(anew, {}, auditKeys, anchor))).text).toMatch(
      /entry 5 of chain 03: anchor 1 names another hash/,
    );
  });

  it('a log that was cut or rewritten since a kept export, with its anchors', async () => {
    const kept = ['--kept', file(exported(log.slice(0, 10)))];
    expect((await proved(exported(log), [...KEYS, ...kept])).code).toBe(0);
    expect((await proved(exported(log.slice(0, 8)), [...KEYS, ...kept])).text).toMatch(
      /entry 5 of chain 03: it is not there; the export of \S+ ends with 5/,
    );
    const anew = entriesOf(12, () => k2);
    const fifth = anew.find(({ chain, seq }) => chain === '03' && seq === 5) ?? third;
    const anchor = nextAnchor(null, [headAfter(fifth)], { at: time(700), whole: true }, k2);
    expect((await proved(exported(anew, {}, auditKeys, anchor), [...KEYS, ...kept])).text).toMatch(
      /entry 5 of chain 03: the export of \S+ names another hash/,
    );
    const forged = ['--kept', file(exported(anew, {}, strangerKeys))];
    expect((await proved(exported(log), [...KEYS, ...forged])).text).toMatch(/names the key 'k9'/);
  });

  it('a part of the log that begins after the kept export is accepted', async () => {
    const part = exported(log.slice(11), { from: time(660) });
    expect((await proved(part, [...KEYS, '--kept', file(exported(log.slice(0, 4)))])).code).toBe(0);
  });

  it.each<[string, (manifest: Record<string, unknown>) => object, RegExp]>([
    [
      'a filter that explains a gap',
      (manifest) => ({ ...manifest, filter: { kind: 'fix.applied' } }),
      /the manifest: its content/,
    ],
    ['another count', (manifest) => ({ ...manifest, count: 3 }), /the manifest: its content/],
    [
      'a seal with a strange key',
      (manifest) => seal(contentOf(manifest), strangerKeys.signing),
      /the manifest: it names the key 'k9'/,
    ],
    ['no version', ({ v: _, ...manifest }) => manifest, /no manifest/],
  ])('a manifest with %s', async (_, change, expected) => {
    const { manifest }: { manifest: Record<string, unknown> } = JSON.parse(honest);
    const text = `${linesOf(log)}${JSON.stringify({ manifest: change(manifest) })}\n`;
    expect(await proved(text)).toEqual({ code: 1, text: expect.stringMatching(expected) });
  });

  it('a missing first or last entry of a filtered export', async () => {
    const filter = { kind: 'fix.applied' };
    const some = log.filter(({ seq }) => seq % 2 === 0);
    const end = lastLine(exported(some, filter));
    expect((await proved(`${linesOf(some.slice(0, 5))}${end}\n`)).text).toMatch(
      /entry 6 of chain 05: it is not there; the manifest ends with 6/,
    );
    expect((await proved(`${linesOf(some.slice(1))}${end}\n`)).text).toMatch(
      /there are 5 entries; the manifest says 6/,
    );
  });

  it('a line with another formatting than the exported one', async () => {
    const text = `${linesOf(log).replace('{"id"', '{ "id"')}${honest}\n`;
    expect(await proved(text)).toEqual({ code: 1, text: expect.stringMatching(/byte for byte/) });
  });
});

describe('control characters that a forger wrote into a file', () => {
  const erase = '\u001b[2J\nwhole: 12 entries\u202e';

  it('are escaped in an output of one line', async () => {
    const { code, text } = await proved(exported([{ ...third, chain: erase }]));
    expect([code, text.split('\n').length]).toEqual([1, 2]);
    expect(text).toMatch(/^NOT whole: /);
    expect(text).toContain('\\u{1b}[2J\\u{a}whole: 12 entries\\u{202e}');
  });

  it('cannot hide that the key is only the claim of the file', async () => {
    const entry = chainEntry(
      record(app('one'), 'a', { at: `${time(1)}${erase}` }),
      emptyHead('00'),
      strangerKeys.signing,
    );
    const { code, text } = await proved(exported([entry], {}, strangerKeys), []);
    expect([code, text.split('\n').length]).toEqual([0, 4]);
    expect(text).toMatch(/file's own claim/);
    for (const mark of ['\u001b', '\u202e']) expect(text).not.toContain(mark);
  });
});

describe('wrong usage', () => {
  it.each<[string, string[]]>([
    ['no file', []],
    ['a missing file', [path.join(folder, 'nothing')]],
    ['an invalid key', [file(exported(log)), '--key', 'k1:AAAA']],
    ['a missing kept export', [file(exported(log)), '--kept', path.join(folder, 'nothing')]],
    ['an unknown option', [file(exported(log)), '--kye', 'x']],
  ])('%s is exit code 2', async (_, args) => {
    expect((await verifyExports(args)).code).toBe(2);
  });
});

function entriesOf(count: number, keyOf: (n: number) => AuditKeys['signing'], message = 'Done.'): AuditEntry[] {
  const heads = new Map([
    ['03', emptyHead('03')],
    ['05', emptyHead('05')],
  ] as const);
  return Array.from({ length: count }, (_, n) => {
    const chain = n % 2 === 0 ? '03' : '05';
    const entry = chainEntry(
      record(app(chain), `${n}`, { at: time(60 * n), message }),
      heads.get(chain) ?? emptyHead(chain),
      keyOf(n),
    );
    heads.set(chain, headAfter(entry));
    return entry;
  });
}

function entryAt(chain: string, seq: number): AuditEntry {
  const entry = log.find((one) => one.chain === chain && one.seq === seq);
  if (!entry) throw new Error(`there is no entry ${seq} of chain ${chain}`);
  return entry;
}

function exported(
  entries: readonly AuditEntry[],
  filter: Record<string, string> = {},
  keys: AuditKeys = auditKeys,
  anchor: ReturnType<typeof nextAnchor> | null = null,
  found: Pick<Manifest, 'verification'> = {},
): string {
  const lines = linesOf(entries);
  const publicKeys = keys.all.map((key) => ({ keyId: key.id, publicKey: publicKeyText(key) }));
  const manifest = manifestOf(entries, lines, { exportedAt: time(1000), filter, anchor, ...found, publicKeys });
  return `${lines}${JSON.stringify({ manifest: seal(manifest, keys.signing) })}\n`;
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

let files = 0;
function file(text: string): string {
  const name = path.join(folder, `${files++}.jsonl`);
  writeFileSync(name, text);
  return name;
}

function proved(text: string, keys: readonly string[] = KEYS) {
  return verifyExports([file(text), ...keys]);
}

function contentOf<T extends object>(sealed: T & Partial<Seal>) {
  const { keyId: _k, hash: _h, signature: _s, ...content } = sealed;
  return content;
}

function forgedAfter(entry: AuditEntry): AuditEntry {
  return chainEntry(record(app('03'), 'forged', { at: entry.at }), headAfter(entry), strangerKeys.signing);
}

function swapped(one: AuditEntry, other: AuditEntry): AuditEntry[] {
  return log.map((entry) => (entry === one ? other : entry === other ? one : entry));
}

function ecdsa(hash: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return sign('sha256', Buffer.from(hash), privateKey).toString('base64');
}

function hmac(hash: string): string {
  return createHmac('sha512', Buffer.from(publicKeyText(k1 ?? auditKeys.signing), 'base64'))
    .update(hash)
    .digest('base64');
}
