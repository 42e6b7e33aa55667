/** The log for other programs: as comma-separated values, and as events of the Open Cybersecurity Schema Framework. */
import type { AuditEntry } from '../../../domain/audit/audit.ts';
import { type Columns, csvHeader, csvLines } from '../../formats/csv.ts';
import {
  API_ACTIVITY,
  classified,
  cloudOf,
  INFORMATIONAL,
  MEDIUM,
  metadataOf,
  type Named,
  ocsfLines,
  REMEDIATION_ACTIVITY,
  resourceDetails,
} from '../../formats/ocsf.ts';

const COLUMNS: Columns<AuditEntry> = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => at],
  ['kind', ({ kind }) => kind],
  ['resource', ({ resource }) => resource?.id],
  ['rule', ({ rule }) => rule],
  ['mode', ({ mode }) => mode],
  ['operationId', ({ operationId }) => operationId],
  ['approvalId', ({ approvalId }) => approvalId],
  ['actorType', ({ actor }) => actor.type],
  ['actorId', ({ actor }) => actor.objectId],
  ['actorName', ({ actor }) => actor.name],
  ['trigger', ({ trigger }) => trigger?.type],
  ['changedBy', ({ trigger }) => trigger?.changedBy?.name ?? trigger?.changedBy?.objectId],
  ['changes', ({ changes }) => JSON.stringify(changes)],
  ['alsoMoved', ({ alsoMoved }) => JSON.stringify(alsoMoved)],
  ['reasons', ({ reasons }) => reasons.map(({ code }) => code).join(' ')],
  ['armStatus', ({ arm }) => arm?.status],
  ['message', ({ message }) => message],
  ['chain', ({ chain }) => chain],
  ['seq', ({ seq }) => seq],
  ['prevHash', ({ prevHash }) => prevHash],
  ['keyId', ({ keyId }) => keyId],
  ['hash', ({ hash }) => hash],
  ['signature', ({ signature }) => signature],
];

/** The line of names. */
export const CSV_HEADER = csvHeader(COLUMNS);

/** The lines behind it. */
export function formatCsv(entries: readonly AuditEntry[]): string {
  return csvLines(COLUMNS, entries);
}

/**
 * One event per line: Remediation Activity (7001) for fixes and rollbacks, API Activity (6003) for the rest. What a class has no
 * place for is in `unmapped`.
 */
export function formatOcsf(entries: readonly AuditEntry[]): string {
  return ocsfLines(entries, (entry) =>
    /^(fix|rollback)\./.test(entry.kind) ? remediationOf(entry) : apiCallOf(entry),
  );
}

/** A fix makes an app harder to attack; a rollback restores what was before. */
const HARDEN: Named = [4, 'Harden'];
const RESTORE: Named = [3, 'Restore'];

function remediationOf(entry: AuditEntry) {
  const { id, kind, resource, operationId, arm: _arm, at: _at, message, chain: _chain, seq: _seq, ...rest } = entry;
  return {
    ...classified(REMEDIATION_ACTIVITY, kind.startsWith('fix.') ? HARDEN : RESTORE),
    ...commonOf(entry, remediationStatusOf(entry)),
    // The intent and its end are parts of one command. An entry of an earlier version may have no operation.
    command_uid: operationId ?? id,
    remediation: { desc: message },
    ...(resource === null
      ? {}
      : { observables: [{ name: 'unmapped.resource.id', type_id: 10, type: 'Resource UID', value: resource.id }] }),
    unmapped: { chain: entry.chain, seq: entry.seq, resource, ...rest },
  };
}

function apiCallOf(entry: AuditEntry) {
  const {
    resource,
    rule,
    actor,
    arm: _arm,
    at: _at,
    id: _id,
    message: _message,
    operationId: _operation,
    ...rest
  } = entry;
  const { chain, seq, hash, kind: _kind, ...more } = rest;
  return {
    ...classified(API_ACTIVITY, activityOf(entry.kind)),
    ...commonOf(entry, SUCCESS),
    actor:
      actor.type === 'user'
        ? { user: { type_id: 1, type: 'User', uid: actor.objectId, name: actor.name } }
        : { app_name: actor.name ?? 'Plumbline', ...(actor.objectId === undefined ? {} : { app_uid: actor.objectId }) },
    src_endpoint: { svc_name: 'Plumbline' },
    ...(resource === null ? {} : { resources: [resourceDetails(resource)] }),
    unmapped: { rule, chain, seq, hash, ...more },
  };
}

/** The members that both classes have. */
function commonOf(entry: AuditEntry, [status, statusName]: Named) {
  const { id, at, kind, resource, operationId, arm, message, chain, seq } = entry;
  const isBad = status !== SUCCESS[0] && status !== OTHER;
  const [severity, severityName] = isBad ? MEDIUM : INFORMATIONAL;
  return {
    time: Date.parse(at),
    severity_id: severity,
    severity: severityName,
    status_id: status,
    status: statusName,
    message,
    metadata: metadataOf({
      uid: id,
      event_code: kind,
      sequence: seq,
      log_name: `audit/${chain}`,
      original_time: at,
      ...(operationId === null ? {} : { correlation_uid: operationId }),
    }),
    cloud: cloudOf(resource),
    api: {
      operation: kind,
      service: { name: 'Plumbline' },
      ...(arm?.requestId === undefined ? {} : { request: { uid: arm.requestId } }),
      ...(arm?.status === undefined ? {} : { response: { code: arm.status } }),
    },
  };
}

const SUCCESS: Named = [1, 'Success'];
const OTHER = 99;

function remediationStatusOf({ kind, reasons }: AuditEntry): Named {
  if (reasons.some(({ code }) => code === 'part-applied')) return [4, 'Partial'];
  if (kind.endsWith('.intended')) return [OTHER, 'Intended'];
  if (kind.endsWith('.applied')) return SUCCESS;
  if (kind.endsWith('.unknown')) return [0, 'Unknown'];
  return kind.endsWith('.blocked') ? [2, 'Failure'] : [6, 'Error'];
}

function activityOf(kind: AuditEntry['kind']): Named {
  if (['approval.requested', 'exemption.created', 'rollout.started'].includes(kind)) return [1, 'Create'];
  if (['exemption.ended', 'exemption.removed', 'rollout.ended'].includes(kind)) return [4, 'Delete'];
  return kind === 'audit.reviewed' ? [2, 'Read'] : [3, 'Update'];
}
