/**
 * Every open approval against the fresh verdict: keep, clear, supersede, expire or execute; and a new one for each
 * violation that waits for a person. Plans only; reconcile stores what comes out of it.
 */
import { type Approval, isOpen, type Person, type Settlement, settle } from '../domain/approval.ts';
import type { ChangeMemory } from '../domain/ceilings.ts';
import type { Change } from '../domain/change.ts';
import { invertChanges } from '../domain/change.ts';
import type { Decision } from '../domain/decide.ts';
import { impactOf } from '../domain/documents.ts';
import type { Evaluation } from '../domain/evaluate.ts';
import { listOfMoved } from '../domain/moved-list.ts';
import type { Reason } from '../domain/reasons.ts';
import type { Resource } from '../domain/resource.ts';
import { viewOf } from '../domain/resource.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { callerOf } from '../domain/writers.ts';
import { approvalFact, type Occasion } from './facts-of.ts';
import type { Versioned } from './ports.ts';
import { CHANGER_UNKNOWN, type Changers, isChangerKnown } from './who-changed.ts';

/** A rule's evaluation with what was decided about it. */
export interface Judged {
  readonly evaluation: Evaluation;
  /** Of its changes; null when there are none. */
  readonly digest: string | null;
  readonly decision: Decision | null;
  /** The same when its change was approved. */
  readonly approvedDecision: Decision | null;
  readonly changers: Changers;
}

export interface ApprovalPlan {
  /** Approvals as they are to be stored; `version` null for new ones. */
  readonly store: readonly { readonly approval: Approval; readonly version: string | null }[];
  readonly execute: readonly Approval[];
  /** The open approval of a rule, by rule id. */
  readonly byRule: ReadonlyMap<string, Approval>;
  /** Changes that nobody decided in time. */
  readonly expired: Readonly<Record<string, ChangeMemory>>;
}

const MOVED: Reason = {
  code: 'moved',
  text: 'The resource changed after this approval was shown; nothing was written for it.',
};

export interface ApprovalTimes {
  readonly now: Date;
  readonly expireHours: number;
}

/**
 * What people rejected and what nobody decided in time, as it is remembered from now on. `isChanger`: whether a person is
 * among those who had changed what a rule asks for.
 */
export function declinedBy(
  loaded: readonly Versioned<Approval>[],
  rejectedDays: number,
  isChanger: (person: Person, rule: string) => boolean,
): Record<string, ChangeMemory> {
  return Object.fromEntries(
    loaded.flatMap(({ value: { status, digest, decision, expiresAt, rule } }): [string, ChangeMemory][] => {
      if (status === 'expired') return [[digest, { status: 'expired', at: expiresAt, until: null }]];
      if (status !== 'rejected' || !decision) return [];
      const until = new Date(Date.parse(decision.at) + rejectedDays * 86_400_000).toISOString();
      const byChanger = isChanger(decision.by, rule.id) ? { byChanger: true as const } : {};
      return [[digest, { status: 'rejected', at: decision.at, until, ...byChanger }]];
    }),
  );
}

export function planApprovals(
  resource: Resource,
  loaded: readonly Versioned<Approval>[],
  judged: readonly Judged[],
  snapshot: Snapshot,
  occasion: Occasion,
  times: ApprovalTimes,
  objections: Objections,
  newId: () => string,
): ApprovalPlan {
  const store: { approval: Approval; version: string | null }[] = [];
  const execute: Approval[] = [];
  const byRule = new Map<string, Approval>();
  const expired: Record<string, ChangeMemory> = {};
  for (const { value: approval, version } of loaded) {
    if (approval.purpose !== 'fix' || !isOpen(approval)) continue;
    const found = judged.find(({ evaluation }) => evaluation.rule.id === approval.rule.id) ?? null;
    const settled = settle(approval, found?.evaluation ?? null, found?.digest ?? null, snapshot, times.now);
    const settlement = exemptNow(found) ?? withObjection(settled, approval, objections);
    const next = settlement.kind === 'supersede' && found ? successor(approval, settlement.moved, found) : null;
    const after = afterSettling(approval, settlement, next?.id ?? null, found, occasion);
    // The successor first: a crash in between then finds it, instead of a pointer to nothing.
    if (next && !loaded.some(({ value }) => value === next)) store.push({ approval: next, version: null });
    if (after !== approval) store.push({ approval: after, version });
    if (settlement.kind === 'execute' && found?.approvedDecision?.action === 'fix') execute.push(approval);
    if (settlement.kind === 'expire') expired[approval.digest] = expiry(times.now);
    const open = [after, next].find((one) => one && isOpen(one));
    if (open) byRule.set(approval.rule.id, open);
  }
  for (const one of judged) {
    const { rule } = one.evaluation;
    if (one.decision?.action !== 'queue' || byRule.has(rule.id) || (one.digest && expired[one.digest])) continue;
    const requested = request([], one);
    if (!requested) continue;
    store.push({ approval: requested, version: null });
    byRule.set(rule.id, requested);
  }
  return { store, execute, byRule, expired };

  function successor(old: Approval, moved: readonly Change[], one: Judged): Approval | null {
    if (one.decision?.action !== 'queue') return null;
    const made = loaded.find(({ value }) => value !== old && isOpen(value) && value.digest === one.digest);
    return made?.value ?? request(moved, one);
  }

  function request(moved: readonly Change[], { evaluation, digest, decision, changers }: Judged): Approval | null {
    const { rule, changes, kept, severity } = evaluation;
    const { listed, more } = listOfMoved(moved);
    if (digest === null || decision === null) return null;
    const latest = changers.callers.at(-1);
    const known = isChangerKnown(changers);
    const approval: Approval = {
      id: newId(),
      purpose: 'fix',
      status: 'pending',
      digest,
      resource: viewOf(resource),
      rule: {
        id: rule.id,
        version: rule.version,
        title: rule.title,
        severity,
        risk: rule.risk,
        impact: impactOf(resource.kind, changes),
        reversible: rule.reversible && invertChanges(changes) !== null,
      },
      changes,
      kept,
      source: rule.source(changes),
      changedBy: latest ? callerOf(latest) : null,
      reasons: [...decision.reasons, ...moreMoved(more), ...(known ? [] : [CHANGER_UNKNOWN])],
      requestedAt: times.now.toISOString(),
      expiresAt: new Date(times.now.getTime() + times.expireHours * 3_600_000).toISOString(),
      decision: null,
      supersededBy: null,
      moved: listed,
      auditIds: [],
      unlogged: [],
    };
    const message = known ? evaluation.reason : `${evaluation.reason} ${CHANGER_UNKNOWN.text}`;
    return withFact(approval, occasion, 'approval.requested', message);
  }
}

/** Why what a person has decided is not carried out, by the id of the approval. */
export type Objections = ReadonlyMap<string, Reason>;

/** What would be carried out is superseded where who decided it may not have. */
export function withObjection(settlement: Settlement, { id }: Approval, objections: Objections): Settlement {
  const reason = objections.get(id);
  return settlement.kind === 'execute' && reason ? { kind: 'supersede', moved: [], reason } : settlement;
}

/** What is exempt by now is no longer asked; putting back what a fix wrote is another question. */
function exemptNow(found: Judged | null): Settlement | null {
  const reason = found?.decision?.reasons.find(({ code }) => code === 'exempt');
  return reason ? { kind: 'clear', reason } : null;
}

/** The approval as it is stored after it was settled; the same one when nothing became of it. */
export function afterSettling(
  approval: Approval,
  settlement: Settlement,
  supersededBy: string | null,
  found: Judged | null,
  occasion: Occasion,
): Approval {
  switch (settlement.kind) {
    case 'clear': {
      const cleared: Approval = { ...approval, status: 'cleared', reasons: [settlement.reason] };
      return withFact(cleared, occasion, 'approval.cleared', settlement.reason.text);
    }
    case 'supersede': {
      const reason = settlement.reason ?? MOVED;
      const superseded: Approval = { ...approval, status: 'superseded', supersededBy, reasons: [reason] };
      return withFact(superseded, occasion, 'approval.superseded', reason.text);
    }
    case 'expire':
      return withFact({ ...approval, status: 'expired' }, occasion, 'approval.expired', 'Nobody decided in time.');
    case 'execute': {
      const stands = found?.approvedDecision;
      // Held and stopped changes wait as approved; what may never be written is blocked, and says why.
      if (stands?.action !== 'report' || stands.reasons.some(({ code }) => code === 'mode-audit')) return approval;
      return approval.status === 'blocked' ? approval : { ...approval, status: 'blocked', reasons: stands.reasons };
    }
    case 'keep':
      return approval;
  }
}

function withFact(
  approval: Approval,
  occasion: Occasion,
  kind: 'approval.requested' | 'approval.cleared' | 'approval.superseded' | 'approval.expired',
  message: string,
): Approval {
  return { ...approval, unlogged: [...approval.unlogged, approvalFact(occasion, approval, kind, message)] };
}

function moreMoved(more: number): Reason[] {
  return more === 0 ? [] : [{ code: 'moved', text: `${more} more values moved, which the approval has no room for.` }];
}

function expiry(now: Date): ChangeMemory {
  return { status: 'expired', at: now.toISOString(), until: null };
}
