/** Evidence as the service makes it and as an attacker might leave it, proved by the command with the auditor's public key. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strFromU8, unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEvidence, makePart } from '../../src/api/endpoints/audit/evidence.ts';
import { zipOf } from '../../src/api/formats/zip.ts';
import type { AuditEntry } from '../../src/domain/audit/audit.ts';
import { EVIDENCE_FILES } from '../../src/domain/audit/evidence.ts';
import { parseAuditKeys, seal } from '../../src/domain/audit/seal.ts';
import type { Period } from '../../src/workflows/ports/audit.ts';
import { verifyExports } from '../../tools/audit-verify/audit-verify.ts';
import { ask, principal, serviceOf, statusAndCode } from '../api/ask.ts';
import { record, shop } from '../api/samples.ts';
import { apiDeps } from '../fakes/api-deps.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));

const stranger = parseAuditKeys(`k1:${Buffer.alloc(32, 9).toString('base64')}`).signing;
const deps = apiDeps(['audit.verifyAndAnchor']);
const [key] = deps.audit.publicKeys;
const KEYS = ['--key', `${key?.keyId}:${key?.publicKey}`];

/** Thirty entries on two chains, two seconds apart, with an anchor behind every ten. */
beforeAll(async () => {
  for (let n = 0; n < 30; n += 1) {
    const resource = n % 3 === 0 ? null : shop;
    await deps.audit.append([record({ id: `audit-${n}`, at: timeAt(2 * n), resource, message: `Entry ${n}.` })]);
    if (n % 10 === 9) await deps.audit.verifyAndAnchor(new Date(timeAt(2 * n + 1)));
  }
});

function timeAt(seconds: number): string {
  return new Date(Date.UTC(2026, 2, 1, 10, 0, seconds)).toISOString();
}

describe('evidence', () => {
  it('of a short period is one part, which is proved with the key of the auditor, and without says what that proves', async () => {
    const [part = ''] = await partsOf({});
    const { code, text } = await verifyExports([part, ...KEYS]);
    expect({ code, text }).toEqual({
      code: 0,
      text: expect.stringMatching(/^whole: 30 entries in 2 chains, .*\nthe only part of the evidence\nVerified with/),
    });
    expect(await verifyExports([part])).toMatchObject({ code: 0, text: expect.stringMatching(/own claim/) });
    const files = unzipSync(readFileSync(part));
    expect(Object.keys(files)).toEqual(Object.values(EVIDENCE_FILES).sort(inManifestOrder));
    expect(strFromU8(files[EVIDENCE_FILES.page] ?? new Uint8Array())).toContain('npm run audit:verify');
  });

  it('of a long period has parts that are proved alone, and together in any order', async () => {
    const parts = await partsOf({}, { entries: 8, anchors: 100 });
    expect(parts).toHaveLength(4);
    expect(await verifyExports([...parts, ...KEYS])).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^whole: 30 entries in 2 chains, .*\nall 4 parts of the evidence\n/),
    });
    expect((await verifyExports([...parts].reverse().concat(KEYS))).text).toContain('given in the order 4, 3, 2, 1');
    for (const [n, part] of parts.entries()) {
      const { code, text } = await verifyExports([part, ...KEYS]);
      expect([code, text]).toEqual([0, expect.stringContaining(`only part ${n + 1} of the evidence: the parts `)]);
    }
  });

  it('takes only the entries of its period, with the anchors around it', async () => {
    const [part = ''] = await partsOf({ from: timeAt(24), to: timeAt(36) });
    expect((await verifyExports([part, ...KEYS])).text).toMatch(/^whole: 6 entries/);
    const { anchors }: { anchors: { number: number }[] } = JSON.parse(contentOf(part, EVIDENCE_FILES.anchors));
    expect(anchors.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('has no more anchors in a part than fit', async () => {
    const parts = await partsOf({}, { entries: 100, anchors: 1 });
    expect(parts.length).toBeGreaterThan(2);
    expect((await verifyExports([...parts, ...KEYS])).text).toMatch(/^whole: 30 entries/);
  });

  it('has the same bytes for the same content', async () => {
    const [one = '', other = ''] = [...(await partsOf({})), ...(await partsOf({}))];
    expect(readFileSync(one).equals(readFileSync(other))).toBe(true);
  });

  it('may be kept, and is then compared with a later one', async () => {
    const [early = ''] = await partsOf({ to: timeAt(30) });
    const [whole = ''] = await partsOf({});
    expect((await verifyExports([whole, ...KEYS, '--kept', early])).code).toBe(0);
    const cut = apiDeps();
    cut.stored.entries.push(...deps.stored.entries.slice(0, 8));
    const [short = ''] = await partsOf({}, undefined, cut);
    expect(await verifyExports([short, ...KEYS, '--kept', early])).toMatchObject({
      code: 1,
      text: expect.stringMatching(/it is not there; the export of \S+ ends with/),
    });
  });
});

describe('guarantee 14: what was changed in evidence is found and named', () => {
  it.each(Object.values(EVIDENCE_FILES))('one byte of %s', async (name) => {
    const [part = ''] = await partsOf({});
    const text = contentOf(part, name);
    for (const at of [0.1, 0.5, 0.9].map((share) => Math.floor(share * text.length))) {
      const character = text[at] === 'e' ? 'a' : 'e';
      const changed = withFiles(part, { [name]: text.slice(0, at) + character + text.slice(at + 1) });
      const { code, text: said } = await verifyExports([changed, ...KEYS]);
      expect([code, said]).toEqual([1, expect.stringContaining(`${name}`)]);
    }
  });

  it.each(Object.values(EVIDENCE_FILES))('%s left out', async (name) => {
    const [part = ''] = await partsOf({});
    expect(await verifyExports([withFiles(part, { [name]: null }), ...KEYS])).toMatchObject({
      code: 1,
      text: expect.stringContaining(`${name}: it is not there`),
    });
  });

  it('a file that was added', async () => {
    const [part = ''] = await partsOf({});
    expect((await verifyExports([withFiles(part, { 'NOTE.txt': 'All is well.' }), ...KEYS])).text).toContain(
      'NOTE.txt: the manifest names no such file',
    );
  });

  it('an entry that was dropped, and one that was edited, by number', async () => {
    const [part = ''] = await partsOf({});
    const lines = contentOf(part, EVIDENCE_FILES.entries).split('\n');
    const { chain, seq } = JSON.parse(lines[4] ?? '');
    const dropped = withFiles(part, { [EVIDENCE_FILES.entries]: lines.filter((_, n) => n !== 4).join('\n') });
    expect((await verifyExports([dropped, ...KEYS])).text).toContain(`entry ${seq} of chain ${chain}: it is not there`);
    const edited = lines.map((line, n) => (n === 4 ? line.replace('Entry 4.', 'Entry 5.') : line)).join('\n');
    expect((await verifyExports([withFiles(part, { [EVIDENCE_FILES.entries]: edited }), ...KEYS])).text).toContain(
      `entry ${seq} of chain ${chain}: its content does not match its hash`,
    );
  });

  it('an entry that is missing although an anchor names it, when all manifests were signed again', async () => {
    const cut = apiDeps();
    cut.stored.entries.push(...deps.stored.entries.slice(0, 25));
    const anchored = { ...cut, audit: { ...deps.audit, scan: cut.audit.scan } };
    const [part = ''] = await partsOf({ to: timeAt(70) }, undefined, anchored);
    expect(await verifyExports([part, ...KEYS])).toMatchObject({
      code: 1,
      text: expect.stringMatching(/entry \d+ of chain \d+: it is not there; anchor 3/),
    });
  });

  it('another key', async () => {
    const [part = ''] = await partsOf({});
    const { keyId: _k, hash: _h, signature: _s, ...manifest } = JSON.parse(contentOf(part, EVIDENCE_FILES.manifest));
    const changed = withFiles(part, { [EVIDENCE_FILES.manifest]: JSON.stringify(seal(manifest, stranger)) });
    expect((await verifyExports([changed, ...KEYS])).text).toContain('manifest.json: its signature does not match');
  });

  it('parts that are missing, there twice, cut off at the end or of another evidence', async () => {
    const parts = await partsOf({}, { entries: 8, anchors: 100 });
    const [one = '', two = '', three = '', four = ''] = parts;
    const said = async (...files: string[]) => {
      const { code, text } = await verifyExports([...files, ...KEYS]);
      expect(code).toBe(1);
      return text;
    };
    expect(await said(two, three, four)).toContain('part 1 is not there');
    expect(await said(one, three, four)).toContain('part 2 is not there');
    expect(await said(one, two, three)).toContain('part 4 is not there: part 3 is not the last one');
    expect(await said(one, two, two, three, four)).toMatch(/part 2 is there twice: \S+ and \S+/);
    const [, strange = ''] = await partsOf({ from: timeAt(2) }, { entries: 8, anchors: 100 });
    expect(await said(one, strange, three, four)).toContain('it is of another evidence');
    const [, other = ''] = await partsOf({}, { entries: 7, anchors: 100 });
    expect(await said(one, other, three, four)).toContain('does not follow');
  });

  it('files that were swapped between parts', async () => {
    const [one = '', two = '', ...more] = await partsOf({}, { entries: 8, anchors: 100 });
    const name = EVIDENCE_FILES.entries;
    const swapped = [
      withFiles(one, { [name]: contentOf(two, name) }),
      withFiles(two, { [name]: contentOf(one, name) }),
    ];
    const { code, text } = await verifyExports([...swapped, ...more, ...KEYS]);
    expect([code, text]).toEqual([1, expect.stringContaining(`${name}: it is not the file that the manifest names`)]);
  });

  it('a zip that was cut, and files of two kinds', async () => {
    const [part = ''] = await partsOf({});
    const cut = saved(readFileSync(part).subarray(0, 900));
    expect(await verifyExports([cut, ...KEYS])).toMatchObject({ code: 1, text: expect.stringMatching(/readable zip/) });
    const lines = saved(Buffer.from(contentOf(part, EVIDENCE_FILES.entries)));
    expect((await verifyExports([part, lines, ...KEYS])).code).toBe(2);
  });
});

describe('GET /audit/evidence', () => {
  const evidence = (query = '', of = deps) => ask(getEvidence, serviceOf(of), { query, as: principal(['Reader']) });

  it('is a zip with a name, and without a next part when all entries fit', async () => {
    const { status, headers, sent } = await evidence();
    expect([status, headers.get('content-type'), headers.get('link')]).toEqual([200, 'application/zip', null]);
    expect(headers.get('content-disposition')).toMatch(/plumbline-evidence-\S+-part-001\.zip/);
    expect((await verifyExports([saved(sent), ...KEYS])).code).toBe(0);
  });

  it('of more than 20,000 entries names the next part, which follows, and takes no other', {
    timeout: 60_000,
  }, async () => {
    const [first] = deps.stored.entries;
    const many = Array.from({ length: 20_001 }, (_, n): AuditEntry => ({ ...(first ?? missing()), at: timeAt(n) }));
    const newest = many.toReversed();
    const long = apiDeps();
    const audit = {
      ...long.audit,
      scan: async ({ to = '~' }: Period, { limit, after }: { limit: number; after: string | null }) => {
        const all = newest.filter(({ at }) => at < to);
        const start = Number(after ?? 0);
        return { items: all.slice(start, start + limit), next: start + limit < all.length ? `${start + limit}` : null };
      },
    };
    const of = { ...long, audit };
    const one = await evidence('?from=2026-03-01&to=2026-03-02', of);
    const link = /^<\/api\/audit\/evidence(\?.*)>; rel="next"$/.exec(one.headers.get('link') ?? '')?.[1] ?? '';
    const manifest = (sent: Uint8Array) => JSON.parse(contentOf(saved(sent), EVIDENCE_FILES.manifest));
    expect(manifest(one.sent)).toMatchObject({ part: 1, last: false, count: 20_000, previous: '' });
    const two = await evidence(link, of);
    expect(manifest(two.sent)).toMatchObject({
      part: 2,
      last: true,
      count: 1,
      previous: manifest(one.sent).hash,
      period: manifest(one.sent).period,
    });
    expect(two.headers.get('link')).toBeNull();
    expect(statusAndCode(await evidence(link.replace('2026-03-01', '2026-02-01'), of))).toBe('400 bad-cursor');
  });

  it('refuses a part that it did not name, and an empty period', async () => {
    expect(statusAndCode(await evidence('?part=2'))).toBe('400 bad-cursor');
    expect(statusAndCode(await evidence('?from=2026-03-02&to=2026-03-02'))).toBe('400 invalid');
  });
});

function missing(): never {
  throw new Error('there is no entry');
}

function inManifestOrder(a: string, b: string): number {
  const order: readonly string[] = ['manifest.json', 'entries.jsonl', 'anchors.json', 'keys.json', 'README.html'];
  return order.indexOf(a) - order.indexOf(b);
}

/** The files of all parts of a period, in their order. */
async function partsOf(period: Period, limits?: { entries: number; anchors: number }, of = deps): Promise<string[]> {
  const files: string[] = [];
  let at: Parameters<typeof makePart>[2] = null;
  do {
    const part: Awaited<ReturnType<typeof makePart>> = await makePart(of, period, at, limits);
    files.push(saved(await zipOf(part.files)));
    at = part.next;
  } while (at !== null);
  return files;
}

let count = 0;
function saved(bytes: Uint8Array): string {
  const name = path.join(folder, `${count++}.zip`);
  writeFileSync(name, bytes);
  return name;
}

function contentOf(zip: string, name: string): string {
  return strFromU8(unzipSync(readFileSync(zip))[name] ?? new Uint8Array());
}

/** The same zip with other texts of files; null leaves one out. */
function withFiles(zip: string, texts: Readonly<Record<string, string | null>>): string {
  const files = unzipSync(readFileSync(zip));
  for (const [name, text] of Object.entries(texts)) {
    if (text === null) delete files[name];
    else files[name] = new Uint8Array(Buffer.from(text));
  }
  return saved(zipSync(files));
}
