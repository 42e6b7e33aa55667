/**
 * What must hold after any change of the rows, checked from outside: by the requests to Azure, the actions of users,
 * and the signed entries. Nothing here relies on the service.
 */
import type { AuditEntry } from '../../src/domain/audit/audit.ts';
import { type Change, digestOf, valueAt } from '../../src/domain/changes/change.ts';
import { isObject, type Json, sameJson } from '../../src/domain/resources/json.ts';
import { rules } from '../../src/rules/index.ts';
import { resourceNamed, type Sent } from '../fakes/azure/arm.ts';
import type { Happened } from './tampered-deps.ts';

/**
 * The contradictions, one sentence each. `signed`: the entries of the log with a valid seal, by their id.
 * `mostIntents`: how many open intents may hold one value; where rows are removed, one may stay open for ever.
 */
export function untruths(
  happened: readonly Happened[],
  signed: ReadonlyMap<string, AuditEntry>,
  { mostIntents = Number.POSITIVE_INFINITY } = {},
): string[] {
  return [
    ...unexplainedWrites(happened, signed, mostIntents),
    ...falseEntries(happened, signed),
    ...silent(happened, signed),
  ];
}

/** Each request that changed something has an intent that had not ended, whose cause is signed. */
function unexplainedWrites(
  happened: readonly Happened[],
  signed: ReadonlyMap<string, AuditEntry>,
  mostIntents: number,
): string[] {
  return happened.flatMap((one, index) => {
    if (one.kind !== 'write') return [];
    const { sent } = one;
    const before = entriesBefore(happened, index, signed);
    const where = `${sent.method} ${sent.path} ${JSON.stringify(sent.body)}`;
    const open = before.filter(
      (entry) =>
        entry.kind.endsWith('.intended') &&
        isAbout(entry, sent) &&
        !before.some((end) => isFinalEnd(end) && end.operationId === entry.operationId && end.rule === entry.rule),
    );
    return leavesOf(sent.body).flatMap(([path, value]) => {
      const intents = open.filter(({ changes }) => changes.some((change) => isOf(change, sent, path, value)));
      const last = intents.at(-1);
      if (!last) return [`${where}: no open intent holds ${path}`];
      if (intents.length > mostIntents) return [`${where}: ${intents.length} open intents hold ${path}`];
      const why = causeMissing(last, happened.slice(0, index), before);
      return why.map((text) => `${where}: ${text}`);
    });
  });
}

/** Why an intent has no signed cause; nothing when it has one. */
function causeMissing(intent: AuditEntry, before: readonly Happened[], entries: readonly AuditEntry[]): string[] {
  const rule = rules.find(({ id }) => id === intent.rule);
  const resource = resourceNamed(intent.resource?.id ?? '');
  if (!rule) return ['its intent names no rule'];
  if (intent.kind === 'fix.intended' && intent.approvalId === null) {
    return rule.tier === 'safe' ? [] : ['a risky fix was written without an approval'];
  }
  const purpose = intent.kind === 'fix.intended' ? 'fix' : 'rollback';
  const digest = digestOf(resource, rule, purpose, intent.changes);
  const said = (kind: AuditEntry['kind']) =>
    entries.filter(
      (entry) =>
        entry.kind === kind &&
        entry.approvalId === intent.approvalId &&
        entry.rule === intent.rule &&
        entry.resource?.id.toLowerCase() === resource.key &&
        digestOf(resource, rule, purpose, entry.changes) === digest,
    );
  const [approved] = said('approval.approved');
  if (!approved) return ['no signed decision holds what was written'];
  const decided = before.some(
    (one) =>
      (one.kind === 'decision' || one.kind === 'rollback') &&
      one.approvalId === intent.approvalId &&
      one.by === approved.actor.objectId,
  );
  if (!decided) return [`${approved.actor.objectId} never decided it`];
  if (purpose === 'fix')
    return said('approval.requested').length > 0 ? [] : ['no signed request holds what was written'];
  const asked = before.find((one) => one.kind === 'rollback' && one.approvalId === intent.approvalId);
  const fix = entries.find((entry) => asked?.kind === 'rollback' && entry.id === asked.fixId);
  const isBack = ({ document, path, to }: Change) =>
    [...(fix?.changes ?? []), ...(fix?.alsoMoved ?? [])].some(
      (own) => own.document === document && own.path === path && sameJson(own.from, to),
    );
  const isIts = fix?.resource?.id.toLowerCase() === resource.key && intent.changes.every(isBack);
  return isIts ? [] : ['it rolls back what no signed fix of this resource changed'];
}

/** Each entry about an action has its action; each end has its intent, and each intent one final end. */
function falseEntries(happened: readonly Happened[], signed: ReadonlyMap<string, AuditEntry>): string[] {
  const used = new Set<unknown>();
  return happened.flatMap((one, index) => {
    if (one.kind !== 'record') return [];
    const entry = signed.get(one.record.id);
    if (!entry || used.has(entry.id)) return [];
    used.add(entry.id);
    const before = happened.slice(0, index);
    const entries = entriesBefore(happened, index, signed);
    const name = `${entry.kind} ${entry.rule ?? ''} ${entry.resource?.name ?? ''}`.trim();
    const did = (fits: (deed: Happened) => boolean) => (before.some(fits) ? [] : [`${name}: nobody did that`]);
    switch (entry.kind) {
      case 'approval.approved':
      case 'approval.rejected':
        // The action is noted when its call returns, which is after the entry.
        return happened.some(
          (deed) =>
            (deed.kind === 'decision' || deed.kind === 'rollback') &&
            deed.approvalId === entry.approvalId &&
            deed.by === entry.actor.objectId,
        )
          ? []
          : [`${name}: ${entry.actor.objectId} never decided that`];
      case 'settings.changed':
      case 'service.stopped':
      case 'service.resumed':
        return happened.some((deed) => deed.kind === 'settings') && isOnceForEach(entry, happened, signed)
          ? []
          : [`${name}: nobody did that`];
      case 'exemption.created':
        return happened.some(
          (deed) =>
            (deed.kind === 'exemption' && deed.rule === entry.rule && deed.by === entry.actor.objectId) ||
            (deed.kind === 'rollback' && deed.by === entry.actor.objectId),
        )
          ? []
          : [`${name}: nobody did that`];
      case 'exemption.ended':
        return [`${name}: its time is not over`];
      case 'exemption.removed':
        return did(({ kind }) => kind === 'exemption');
      default:
    }
    if (!/^(fix|rollback)\.(?!intended)/.test(entry.kind)) return [];
    const intent = entries.find(
      (other) =>
        other.kind === `${entry.kind.split('.')[0]}.intended` &&
        other.operationId === entry.operationId &&
        other.rule === entry.rule &&
        other.resource?.id.toLowerCase() === entry.resource?.id.toLowerCase(),
    );
    if (!intent) return [`${name}: it has no signed intent`];
    const ends = entries.filter(
      (other) => isFinalEnd(other) && other.operationId === entry.operationId && other.rule === entry.rule,
    );
    if (ends.length > 0) return [`${name}: its intent had ended already`];
    if (!entry.kind.endsWith('.applied')) return [];
    // A value may have been written by somebody else: an entry about values is true as well.
    return did(
      (deed) =>
        (deed.kind === 'change' &&
          entry.changes.some(({ path, to }) => path === deed.path && sameJson(to, deed.value))) ||
        (deed.kind === 'write' &&
          isAbout(entry, deed.sent) &&
          entry.changes.some((change) =>
            leavesOf(deed.sent.body).some(([path, value]) => isOf(change, deed.sent, path, value)),
          )),
    );
  });
}

/** Every answer to a user that an action is done has its entry. */
function silent(happened: readonly Happened[], signed: ReadonlyMap<string, AuditEntry>): string[] {
  const entries = [...signed.values()];
  return happened.flatMap((one) => {
    if (one.kind !== 'decision' && one.kind !== 'rollback') return [];
    const isThere = entries.some(
      ({ kind, approvalId, actor }) =>
        kind === 'approval.approved' && approvalId === one.approvalId && actor.objectId === one.by,
    );
    return isThere ? [] : [`SUPPRESSED the decision of ${one.approvalId} by ${one.by} is not in the log`];
  });
}

/** There are at most as many such entries as users changed the settings. */
function isOnceForEach(
  entry: AuditEntry,
  happened: readonly Happened[],
  signed: ReadonlyMap<string, AuditEntry>,
): boolean {
  const changes = [...signed.values()].filter(
    ({ kind, actor }) => kind === entry.kind && actor.objectId === entry.actor.objectId,
  );
  return changes.length <= happened.filter((one) => one.kind === 'settings' && one.by === entry.actor.objectId).length;
}

function entriesBefore(
  happened: readonly Happened[],
  index: number,
  signed: ReadonlyMap<string, AuditEntry>,
): AuditEntry[] {
  const found = happened
    .slice(0, index)
    .flatMap((one) => (one.kind === 'record' ? (signed.get(one.record.id) ?? []) : []));
  return [...new Set(found)];
}

/** An end after which its intent is never used again. */
export function isFinalEnd({ kind, reasons }: AuditEntry): boolean {
  return /\.(applied|failed)$/.test(kind) || reasons.some(({ code }) => code === 'part-applied');
}

function isAbout({ resource }: AuditEntry, sent: Sent): boolean {
  return resource?.id.toLowerCase() === sent.resource.toLowerCase();
}

function isOf({ document, path, to }: Change, sent: Sent, at: string, value: Json): boolean {
  if (document !== sent.document) return false;
  return path === at
    ? sameJson(to, value)
    : at.startsWith(`${path}/`) && sameJson(valueAt(to, at.slice(path.length)), value);
}

/** The values of a body with their paths; a list is one value. */
export function leavesOf(body: Json, at = ''): [string, Json][] {
  if (!isObject(body)) return [[at, body]];
  return Object.entries(body).flatMap(([key, value]) => leavesOf(value, `${at}/${key}`));
}
