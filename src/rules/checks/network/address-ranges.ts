/** Ranges of addresses in CIDR notation, as operators configure them and as documents hold them. */

import { mergeCidr } from 'cidr-tools';
import * as z from 'zod';
import type { JsonObject } from '../../../domain/resources/json.ts';
import { lowerCase } from '../documents/leaves.ts';

/** App Service takes 512 rules, but people have to read the list before they approve it. */
const MAX_RANGES = 100;

const WRONG = 'must be a range like 203.0.113.0/24 or 2001:db8::/32';

/** Every address there is, of both families. */
export const EVERY_ADDRESS = ['0.0.0.0/0', '::/0'] as const;

const range = z.union([z.cidrv4(), z.cidrv6()], { error: WRONG });
const ipv4 = z.ipv4();
const ipv6 = z.ipv6();

/** A parameter with the ranges that may reach an app. It refuses ranges that hold every address. */
export const allowedRanges = z
  .array(range.refine((one) => !areEveryone([one]), 'must not be a range that every address is in'))
  .max(MAX_RANGES)
  .refine(
    (ranges) => ranges.some((one) => areEveryone([one])) || !areEveryone(ranges),
    'must not be ranges that together hold every address',
  )
  .default([]);

/** The range in a text of a document; a single address is a range, too. null for anything else. */
export function rangeIn(text: string): string | null {
  const named = text.trim();
  if (range.safeParse(named).success) return named;
  if (ipv4.safeParse(named).success) return `${named}/32`;
  return ipv6.safeParse(named).success ? `${named}/128` : null;
}

/** Whether the ranges together hold every address of a family: 0.0.0.0/0, ::/0, or halves of them. */
export function areEveryone(ranges: readonly string[]): boolean {
  const known = ranges.flatMap((one) => rangeIn(one) ?? []);
  return mergeCidr(known).some((one) => EVERY_ADDRESS.some((every) => every === one));
}

/** The prefix length of a mask like 255.255.255.0; null for what is no such mask. */
export function prefixOf(mask: string): number | null {
  if (!ipv4.safeParse(mask).success) return null;
  const bits = mask
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : null;
}

/** The ranges without duplicates, each with a name for its rule that no existing rule has. */
export function namedRanges(
  ranges: readonly string[],
  there: readonly JsonObject[],
): { name: string; range: string }[] {
  const taken = new Set(there.map(({ name }) => lowerCase(name)));
  let number = 0;
  return [...new Set(ranges)].map((one) => {
    do number += 1;
    while (taken.has(`plumbline-${number}`));
    return { name: `plumbline-${number}`, range: one };
  });
}
