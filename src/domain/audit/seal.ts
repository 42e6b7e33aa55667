/**
 * Seals of entries, anchors and manifests. A seal has the id of the key, the SHA-256 of the canonical JSON (RFC 8785)
 * of everything except hash and signature, and an Ed25519 signature over the text of the hash.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from '../changes/change.ts';
import type { Infer } from '../resources/schema.ts';

export const sealSchema = z.strictObject({ hash: z.string(), keyId: z.string(), signature: z.string() });
export type Seal = Infer<typeof sealSchema>;

/** A public key. */
export interface PublicKey {
  readonly id: string;
  readonly publicKey: KeyObject;
}

export interface AuditKey extends PublicKey {
  readonly privateKey: KeyObject;
}

export interface AuditKeys {
  /** The key that signs new seals. */
  readonly signing: AuditKey;
  /** Every known key, including the signing one. */
  readonly all: readonly AuditKey[];
}

export function seal<T extends object>(content: T, key: AuditKey): T & Seal {
  const unsigned = { ...content, keyId: key.id };
  const hash = hashOf(unsigned);
  return { ...unsigned, hash, signature: sign(null, Buffer.from(hash), key.privateKey).toString('base64') };
}

/** What is wrong with a seal, as the end of a sentence; null when it is valid. */
export function sealFault(sealed: Seal, keys: readonly PublicKey[]): string | null {
  const { hash, signature, keyId } = sealed;
  const fault = contentFault(sealed);
  if (fault) return fault;
  const key = keys.find(({ id }) => id === keyId);
  if (!key) return `it names the key '${keyId}', which is not known`;
  const bytes = Buffer.from(signature, 'base64');
  // Base64 has several texts for the same bytes. Only the canonical one is accepted.
  if (bytes.toString('base64') !== signature || !verify(null, Buffer.from(hash), key.publicKey, bytes)) {
    return 'its signature does not match';
  }
  return null;
}

/** Checks the hash without the signature, so the author of the seal is not verified. */
export function contentFault({ hash, signature: _, ...unsigned }: Seal): string | null {
  return hashOf(unsigned) === hash ? null : 'its content does not match its hash';
}

/**
 * Parses `kid:seed[,kid:seed…]`; a seed alone has the id `k1`. Seeds are 32 bytes in base64. Throws an Error that
 * describes the format and never contains the setting.
 */
export function parseAuditKeys(text: string): AuditKeys {
  const all = text.split(',').map((part) => {
    const named = namedBytes(part);
    if (!named) throw new Error('must be kid:seed[,kid:seed…] where each seed is 32 bytes in base64');
    return keyFrom(named.id, named.bytes);
  });
  const [signing] = all;
  if (!signing || new Set(all.map(({ id }) => id)).size !== all.length) throw new Error('must name each key once');
  return { signing, all };
}

/** The 32 bytes of a public key in base64, for auditors. */
export function publicKeyText({ publicKey }: PublicKey): string {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}

/**
 * Parses the public key `kid:key`, as written by publicKeyText; a key alone has the id `k1`. Null when it is not
 * valid.
 */
export function parsePublicKey(text: string): PublicKey | null {
  const named = namedBytes(text);
  if (!named) return null;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: named.bytes.toString('base64url') };
  return { id: named.id, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) };
}

function namedBytes(text: string): { id: string; bytes: Buffer } | null {
  const [first = '', second] = text.trim().split(':');
  const [id, encoded] = second === undefined ? ['k1', first] : [first, second];
  const bytes = Buffer.from(encoded, 'base64');
  const isOne =
    /^[\w.-]{1,32}$/.test(id) &&
    bytes.length === 32 &&
    bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
  return isOne ? { id, bytes } : null;
}

/** Builds an Ed25519 key from a seed through its PKCS #8 form (RFC 8410), which has a fixed prefix. */
function keyFrom(id: string, seed: Buffer): AuditKey {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { id, privateKey, publicKey: createPublicKey(privateKey) };
}

function hashOf(unsigned: object): string {
  return createHash('sha256').update(canonicalJson(unsigned)).digest('hex');
}
