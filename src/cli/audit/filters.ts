/** The filters of the log, as the commands take them. */
import type { Query } from '../client/client.ts';

export interface AuditFilters {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly resource: string | undefined;
  readonly rule: string | undefined;
  readonly kind: readonly string[];
  readonly actor: string | undefined;
  readonly operation: string | undefined;
  readonly approval: string | undefined;
}

export function auditQuery({ operation, from, to, resource, rule, kind, actor, approval }: AuditFilters): Query {
  return { from, to, resource, rule, kind, actor, approval, operationId: operation };
}
