/** What the Functions host makes of `x-ms-client-principal` before it invokes a function. */
import { z } from 'zod';
import { parseJson } from '../json/json.ts';

/**
 * Whether the host itself fails on the header, when Easy Auth is on: text that is no base64, or an identity whose parts
 * it cannot take over. JSON that it cannot read at all goes on to the function as it is.
 * HttpRequestExtensions.cs and ClaimsIdentitySlim.cs in https://github.com/Azure/azure-webjobs-sdk-extensions (Http 3.2.0)
 */
export function isRejectedByHost(header: string): boolean {
  const compact = header.replace(/\s/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return true;
  const given = identity.safeParse(parseJson(Buffer.from(compact, 'base64').toString('utf8')));
  if (!given.success) return false;
  const { auth_typ, name_typ, role_typ, claims } = given.data;
  const empty = [auth_typ, name_typ, role_typ, claims].every((part) => part === null || part === undefined);
  return !empty && !complete.safeParse(claims).success;
}

const text = z.string().nullish();
const identity = z.object({
  auth_typ: text,
  name_typ: text,
  role_typ: text,
  claims: z.array(z.object({ typ: text, val: text })).nullish(),
});
const complete = z.array(z.object({ typ: z.string(), val: z.string() }));
