/** Of what is wanted, that whose cause the log proves; and what becomes of the approvals of the rest. */
import type { Approval } from '../domain/approval.ts';
import type { Resource } from '../domain/resource.ts';
import type { Wanted } from './apply-plan.ts';
import type { Occasion } from './facts-of.ts';
import type { Versioned, World } from './ports.ts';
import { type Cause, causeOf } from './prove-cause.ts';
import { type ApprovalPlan, afterSettling } from './settle-approvals.ts';

export async function provenOf(
  world: World,
  resource: Resource,
  wanted: readonly Wanted[],
  approvals: readonly Versioned<Approval>[],
  occasion: Occasion,
): Promise<{ readonly wanted: readonly Wanted[]; readonly store: ApprovalPlan['store'] }> {
  const proven: Wanted[] = [];
  const store: { approval: Approval; version: string | null }[] = [];
  for (const want of wanted) {
    const row = approvals.find(({ value }) => value.id === want.approvalId);
    const cause = await causeOf(world, resource, want, row?.value ?? null);
    if (cause.kind === 'proven') {
      const { kind: _, ...known } = cause;
      proven.push({ ...want, ...known });
      continue;
    }
    const { kind, text } = cause;
    if (row && kind === 'overtaken') {
      store.push({ approval: overtaken(row.value, text, occasion), version: row.version });
      continue;
    }
    const { id: rule } = want.rule;
    world.log.error(
      { resource: resource.id, rule, approvalId: want.approvalId, unproven: text },
      'not written: the log does not prove its cause',
    );
    if (row) store.push({ approval: withoutWrite(row.value, cause), version: row.version });
  }
  return { wanted: proven, store };
}

/** The approval as the log has it. */
function withoutWrite(approval: Approval, cause: Exclude<Cause, { kind: 'proven' }>): Approval {
  if (cause.kind === 'over') return { ...approval, status: cause.status };
  return cause.kind === 'undecided' ? pendingAgain(approval) : withheld(approval, cause.text);
}

/** What nobody decided waits for a decision. A rollback is decided by whoever asks for it: there is none. */
function pendingAgain(approval: Approval): Approval {
  const { purpose } = approval;
  if (purpose === 'rollback') return withheld(approval, 'the log has no signed decision of it');
  return { ...approval, status: 'pending', decision: null };
}

function withheld(approval: Approval, unproven: string): Approval {
  const text = `Nothing is written: ${unproven}.`;
  return { ...approval, status: 'blocked', reasons: [{ code: 'blocked', text }] };
}

/** What moved along may be somebody else's by now. Asked for again, only what the fix wrote is put back. */
function overtaken(approval: Approval, since: string, occasion: Occasion): Approval {
  const settled = afterSettling(approval, { kind: 'supersede', moved: [] }, null, null, occasion);
  const text = `Nothing is written: ${since}. Ask again, and only what the fix wrote is put back.`;
  return { ...settled, reasons: [{ code: 'moved', text }] };
}
