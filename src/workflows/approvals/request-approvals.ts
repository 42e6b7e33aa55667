/**
 * Requests approvals for violations that only the sweep found. Each resource is reconciled again, and its message
 * carries the rule until the approval is stored. The request is in the audit log before.
 */
import { type AuditRecord, recordId } from '../../domain/audit/audit.ts';
import { auditRecord } from '../../domain/audit/record.ts';
import type { Actor } from '../../domain/resources/principal.ts';
import type { Deps } from '../ports/deps.ts';
import { pagesOf } from '../ports/storage.ts';
import type { WorkMessage } from '../ports/work.ts';
import { loadSettings } from '../settings/change-settings.ts';
import { queueLooks } from '../settings/read-pace.ts';

export interface ApprovalsRequest {
  readonly rule: string;
  /** An ARM id of a resource, or a scope above it. */
  readonly scope: string;
  readonly actor: Actor;
}

const PAGE_SIZE = 200;

/** Returns the number of queued resources. Repeating the request changes nothing. */
export async function requestApprovals(deps: Deps, request: ApprovalsRequest): Promise<number> {
  const { rule, scope, actor } = request;
  const queued = new Set<string>();
  const query = { rule, resource: scope, verdict: 'violation', decision: 'report' } as const;
  const { settings } = await loadSettings(deps);
  for await (const findings of pagesOf((page) => deps.findings.list(query, page), PAGE_SIZE)) {
    const found = findings.filter(({ decision }) => decision?.reasons.some(({ code }) => code === 'found-by-sweep'));
    const resources = [...new Set(found.map(({ resource }) => resource.id))].filter((id) => !queued.has(id));
    if (queued.size === 0 && resources.length > 0) await deps.audit.append([requestRecord(deps, request)]);
    for (const id of resources) queued.add(id);
    const looks = resources.map((resource): WorkMessage => ({ resource, cause: 'request', rule, attempt: 0 }));
    await queueLooks(deps, scope.split('/')[2] ?? '', settings, looks);
  }
  deps.log.info({ rule, scope, queued: queued.size, by: actor.objectId }, 'approvals requested for sweep findings');
  return queued.size;
}

function requestRecord(deps: Deps, { rule, scope, actor }: ApprovalsRequest): AuditRecord {
  return auditRecord({
    id: recordId(deps.newId(), 'asked'),
    at: deps.clock.now().toISOString(),
    kind: 'approval.requested',
    rule,
    actor,
    trigger: { type: 'decision' },
    message: `Asked that what only the sweep found of this rule in ${scope} comes before people.`,
  });
}
