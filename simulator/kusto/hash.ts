// xxHash64 with the seed 0, which is Kusto's hash(): the partitions of a listing are the same here as there.

const MASK = (1n << 64n) - 1n;
const [PRIME_1, PRIME_2, PRIME_3, PRIME_4, PRIME_5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];

const times = (one: bigint, other: bigint) => BigInt.asUintN(64, one * other);
const rotated = (value: bigint, bits: bigint) => ((value << bits) & MASK) | (value >> (64n - bits));
const round = (lane: bigint, input: bigint) => times(rotated((lane + times(input, PRIME_2)) & MASK, 31n), PRIME_1);

/** The hash of a text in UTF-8, as the signed number of 64 bits that Kusto calls long. */
export function hashOf(text: string): bigint {
  const bytes = Buffer.from(text);
  let at = 0;
  let hash = PRIME_5;
  if (bytes.length >= 32) {
    const lanes = [(PRIME_1 + PRIME_2) & MASK, PRIME_2, 0n, -PRIME_1 & MASK];
    for (; at + 32 <= bytes.length; at += 32)
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane] ?? 0n, bytes.readBigUInt64LE(at + lane * 8));
    hash = lanes.reduce((sum, lane, index) => (sum + rotated(lane, [1n, 7n, 12n, 18n][index] ?? 0n)) & MASK, 0n);
    for (const lane of lanes) hash = (times(hash ^ round(0n, lane), PRIME_1) + PRIME_4) & MASK;
  }
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (times(rotated(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n), PRIME_1) + PRIME_4) & MASK;
  }
  if (at + 4 <= bytes.length) {
    hash = (times(rotated(hash ^ times(BigInt(bytes.readUInt32LE(at)), PRIME_1), 23n), PRIME_2) + PRIME_3) & MASK;
    at += 4;
  }
  for (; at < bytes.length; at++) hash = times(rotated(hash ^ times(BigInt(bytes[at] ?? 0), PRIME_5), 11n), PRIME_1);
  hash = times(hash ^ (hash >> 33n), PRIME_2);
  hash = times(hash ^ (hash >> 29n), PRIME_3);
  return BigInt.asIntN(64, hash ^ (hash >> 32n));
}

/** Kusto's remainder is never negative. */
export function modulo(value: bigint, divisor: number): number {
  const by = BigInt(divisor);
  return Number(((value % by) + by) % by);
}
