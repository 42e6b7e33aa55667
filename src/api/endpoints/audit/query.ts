/** The filters of the log, as requests give them. */
import * as z from 'zod';
import { AUDIT_KINDS } from '../../../domain/audit/audit.ts';
import type { Infer } from '../../../domain/resources/schema.ts';
import { type AuditQuery, auditQuery, type Period } from '../../../workflows/ports/audit.ts';
import { searchText, several } from '../../framework/list-query.ts';
import { invalidRequest } from '../../framework/problem.ts';

export const auditFilters = z.strictObject({
  ...auditQuery.shape,
  kind: several(z.enum(AUDIT_KINDS))
    .exactOptional()
    .describe(
      'One kind or several. One or two are read from an index. With three and more, and no other filter that an index serves, the log itself is read: a page may be short.',
    ),
  actor: searchText
    .exactOptional()
    .describe(
      'An object id, which is read from an index; or a part of a name, without case: then the entries are searched, and a page may be short.',
    ),
  q: searchText
    .exactOptional()
    .describe(
      'A part of the message, the rule, the id of the resource or the name of the actor, without case. The entries are searched, and a page may be short; another filter makes the search faster.',
    ),
});
export type AuditFilters = Infer<typeof auditFilters>;

const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The query of these filters. */
export function queryOf({ kind, actor, q, ...filters }: AuditFilters): AuditQuery {
  const [first] = kind ?? [];
  const isId = actor !== undefined && OBJECT_ID.test(actor);
  return {
    ...filters,
    ...(first === undefined ? {} : kind?.length === 1 ? { kind: first } : { kinds: kind ?? [] }),
    ...(actor === undefined ? {} : isId ? { actor: actor.toLowerCase() } : { actorName: actor }),
    ...(q === undefined ? {} : { text: q }),
  };
}

/** The parameters of a period. */
export const periodQuery = { from: auditQuery.shape.from, to: auditQuery.shape.to };

/** Throws Refusal `invalid` when a period is empty. */
export function checkPeriod({ from, to }: Period): void {
  if (from !== undefined && to !== undefined && from >= to)
    throw invalidRequest([{ parameter: 'to', detail: 'must be after from' }]);
}
