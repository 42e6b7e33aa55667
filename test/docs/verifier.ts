/** An independent verifier of the audit log: written from docs/audit-log.md, without code of src/. */
import { createHash, createPublicKey, verify } from 'node:crypto';

export type Entry = Readonly<Record<string, unknown>>;
export interface PublicKey {
  readonly keyId: string;
  readonly publicKey: string;
}

/** The fault of a whole log, with entries in any order; null when there is none. */
export function faultIn(entries: readonly Entry[], keys: readonly PublicKey[]): string | null {
  const before = new Map<unknown, Entry>();
  for (const entry of [...entries].sort((a, b) => Number(a.seq) - Number(b.seq))) {
    const { hash, signature, ...rest } = entry;
    const last = before.get(entry.chain);
    const where = `entry ${entry.seq} of chain ${entry.chain}`;
    if (entry.seq !== Number(last?.seq ?? 0) + 1) return `${where} does not follow`;
    if (entry.prevHash !== (last?.hash ?? '')) return `${where} does not continue the one before`;
    if (String(entry.at) < String(last?.at ?? '')) return `${where} goes back in time`;
    if (entry.chain !== chainOf(entry)) return `${where} is on the wrong chain`;
    if (sha256(canonical(rest)) !== hash) return `${where} has another hash`;
    const key = keys.find(({ keyId }) => keyId === entry.keyId);
    if (!key || !isSigned(String(hash), String(signature), key)) return `${where} is not signed`;
    before.set(entry.chain, entry);
  }
  return null;
}

function chainOf({ resource }: Entry): string {
  const named = typeof resource === 'object' && resource !== null && 'id' in resource ? String(resource.id) : 'service';
  const digits = sha256(named.toLowerCase()).slice(0, 8);
  return String(Number.parseInt(digits, 16) % 8).padStart(2, '0');
}

function isSigned(hash: string, signature: string, { publicKey }: PublicKey): boolean {
  const x = Buffer.from(publicKey, 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(hash, 'ascii'), key, Buffer.from(signature, 'base64'));
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** RFC 8785: members in the order of their UTF-16 code units, no blanks; numbers and texts as in ECMAScript. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
