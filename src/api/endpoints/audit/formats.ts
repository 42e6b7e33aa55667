/** The log for other programs: as comma-separated values, and as events of the Open Cybersecurity Schema Framework. */
import type { AuditEntry } from '../../../domain/audit/audit.ts';
import { VERSION } from '../../framework/version.ts';

/** RFC 4180, with a line of names first. A value that a spreadsheet would calculate begins with an apostrophe. */
export function formatCsv(entries: readonly AuditEntry[]): string {
  const rows = entries.map((entry) => COLUMNS.map(([, read]) => read(entry)));
  return [COLUMNS.map(([name]) => name), ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** One event of class API Activity (6003) per line. What it has no place for is in `unmapped`. */
export function formatOcsf(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(eventOf(entry))}\n`).join('');
}

const COLUMNS: readonly (readonly [string, (entry: AuditEntry) => string | number | null | undefined])[] = [
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

/** How a formula begins, in the wide forms too that some spreadsheets take for it, and behind what they skip. */
const CALCULATED = /^[\s\0\u200b-\u200f\u202a-\u202e\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

function cell(value: string | number | null | undefined): string {
  const text = String(value ?? '');
  const safe = CALCULATED.test(text) ? `'${text}` : text;
  return /[",;\t\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function eventOf(entry: AuditEntry) {
  const { id, at, kind, resource, rule, actor, operationId, arm, message, chain, seq, hash, ...rest } = entry;
  const [activity, name] = activityOf(kind);
  const [status, statusName, severity, severityName] = statusOf(kind);
  const subscription = resource?.id.split('/')[2];
  return {
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: 6003,
    class_name: 'API Activity',
    activity_id: activity,
    activity_name: name,
    type_uid: 600_300 + activity,
    type_name: `API Activity: ${name}`,
    time: Date.parse(at),
    severity_id: severity,
    severity: severityName,
    status_id: status,
    status: statusName,
    message,
    metadata: {
      version: '1.3.0',
      product: { name: 'Plumbline', vendor_name: 'Plumbline', version: VERSION },
      profiles: ['cloud'],
      uid: id,
      event_code: kind,
      sequence: seq,
      log_name: `audit/${chain}`,
      original_time: at,
      ...(operationId === null ? {} : { correlation_uid: operationId }),
    },
    cloud: { provider: 'Azure', ...(subscription === undefined ? {} : { account: { uid: subscription } }) },
    actor:
      actor.type === 'user'
        ? { user: { type_id: 1, type: 'User', uid: actor.objectId, name: actor.name } }
        : { app_name: actor.name ?? 'Plumbline', ...(actor.objectId === undefined ? {} : { app_uid: actor.objectId }) },
    api: {
      operation: kind,
      service: { name: 'Plumbline' },
      ...(arm?.requestId === undefined ? {} : { request: { uid: arm.requestId } }),
      ...(arm?.status === undefined ? {} : { response: { code: arm.status } }),
    },
    src_endpoint: { svc_name: 'Plumbline' },
    ...(resource === null ? {} : { resources: [{ uid: resource.id, name: resource.name, type: resource.type }] }),
    unmapped: { rule, chain, seq, hash, ...rest },
  };
}

function activityOf(kind: AuditEntry['kind']): readonly [id: number, name: string] {
  if (kind === 'approval.requested' || kind === 'exemption.created') return [1, 'Create'];
  if (kind === 'exemption.ended' || kind === 'exemption.removed') return [4, 'Delete'];
  return kind === 'audit.reviewed' ? [2, 'Read'] : [3, 'Update'];
}

function statusOf(kind: AuditEntry['kind']): readonly [number, string, number, string] {
  if (/\.(failed|blocked)$/.test(kind)) return [2, 'Failure', 3, 'Medium'];
  return kind.endsWith('.unknown') ? [0, 'Unknown', 3, 'Medium'] : [1, 'Success', 1, 'Informational'];
}
