/** What `explain` says, for people: the action, why, and what would happen without each constraint. */
import type { Explained, Finding } from '../../api/types.ts';

export type ExplainedFinding = Explained['findings'][number];
type Action = NonNullable<Finding['decision']>['action'];
type Code = NonNullable<ExplainedFinding['decision']>['reasons'][number]['code'];

/** A reason, and what would happen without it alone; null when nothing would be otherwise. */
export interface Why {
  readonly code: Code;
  readonly text: string;
  readonly until: string | null;
  readonly lifted: string | null;
}

/** The findings of a page in the order of what a person should look at first. */
const VERDICTS = ['violation', 'unknown', 'compliant', 'not-applicable'] as const;
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

/** Failing checks first, the most severe first, then by title. */
export function inOrder(findings: readonly ExplainedFinding[]): ExplainedFinding[] {
  const rank = ({ verdict, severity }: ExplainedFinding) =>
    10 * VERDICTS.indexOf(verdict) + SEVERITIES.indexOf(severity);
  return findings.toSorted((a, b) => rank(a) - rank(b) || (a.title < b.title ? -1 : 1));
}

/** How many findings have each verdict. */
export function countsByVerdict(findings: readonly ExplainedFinding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { verdict } of findings) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return counts;
}

/** What is needed before a constraint no longer holds. */
const LIFTED_BY: Readonly<Partial<Record<Code, string>>> = {
  exempt: 'If the exemption is removed',
  'tier-risky': 'If the tier of the rule is set to safe, or with an approval',
  'tier-advice': 'If the rule had a fix',
  'mode-audit': 'In another mode',
  'mode-approve': 'In mode Auto-fix, or with an approval',
  stopped: 'When changes are resumed',
  'function-app': 'If it were no function app, or with an approval',
  'logic-app': 'If it were no logic app, or with an approval',
  'hosted-on-container-apps': 'If it did not run on Container Apps',
  'managed-by': 'If no other service managed it',
  self: 'If it were not Plumbline itself',
  'rejected-before': 'When the rejection has run out',
  'expired-before': 'After a new change of the app',
  'found-by-sweep': 'When approvals are requested for what the sweep finds',
  provisioning: 'When Azure has finished the deployment',
  flapping: 'When nobody undoes the fix any more, or with an approval',
  failing: 'When the next sweep has written it',
  'also-moved-before': 'With an approval',
  budget: 'When the limit of fixes an hour allows it',
  'tag-audit': 'Without the tag plumbline-mode',
  'tag-approve': 'Without the tag plumbline-mode, or with an approval',
  window: 'When the change window opens',
  frozen: 'When the freeze ends',
  rollout: 'When the roll-out reaches this app',
};

/** What would happen, as the end of a sentence. */
const OUTCOMES: Readonly<Record<Action, string>> = {
  exempt: 'it stays exempt',
  report: 'it is still reported only',
  queue: 'it needs approval',
  hold: 'it is still on hold',
  fix: 'Plumbline fixes it',
};

/** The constraints of a decision, those that decide it first. Empty when nothing is in the way, or nothing is wrong. */
export function whyOf({ decision }: Pick<ExplainedFinding, 'decision'>): Why[] {
  if (!decision) return [];
  const { action, ceilings, reasons } = decision;
  return reasons
    .map(({ code, text }, index): Why & { isDeciding: boolean } => {
      const ceiling = ceilings[index];
      const condition = LIFTED_BY[code];
      const changes = ceiling !== undefined && ceiling.ifLifted !== action;
      return {
        ...{ code, text, until: ceiling?.until ?? null, isDeciding: ceiling?.at === action },
        lifted: changes && condition !== undefined ? `${condition}: ${OUTCOMES[ceiling.ifLifted]}.` : null,
      };
    })
    .toSorted((a, b) => Number(b.isDeciding) - Number(a.isDeciding))
    .map(({ isDeciding: _, ...why }) => why);
}

/** One sentence about all constraints together: what decides, and that more than one stands in the way. */
export function summaryOfWhy(finding: Pick<ExplainedFinding, 'decision' | 'reason'>): string {
  const { decision } = finding;
  if (!decision) return finding.reason;
  const [first] = whyOf(finding);
  if (first === undefined) return decision.action === 'fix' ? 'Nothing stands in the way of the fix.' : finding.reason;
  return first.text;
}

/** Whether no single constraint stands alone: lifting one changes nothing. */
export function needsSeveral({ decision }: Pick<ExplainedFinding, 'decision'>): boolean {
  if (!decision || decision.action === 'fix' || decision.ceilings.length === 0) return false;
  return decision.ceilings.every(({ ifLifted }) => ifLifted === decision.action);
}

type Document = Explained['documents'][number];

/** What is not known because a document was not read. `missing` is an answer: there is no such document. */
export function unreadOf(documents: readonly Document[]): Document[] {
  return documents.filter(({ status }) => status !== 'read' && status !== 'missing');
}

const UNREAD: Readonly<Record<Document['status'], string>> = {
  read: 'Read',
  missing: 'Not there',
  forbidden: 'No permission',
  failed: 'Failed',
  'not-read': 'Not read',
};

/** The word for how a document was read. */
export function wordOfDocument(status: Document['status']): string {
  return UNREAD[status];
}

/** What to do about a document that was not read. */
export function hintOfDocument({ status }: Document): string {
  if (status === 'forbidden') return 'Grant the reader role of Plumbline on this resource, then scan it.';
  if (status === 'failed') return 'Plumbline reads it again with the next event or sweep. Scan the app to read it now.';
  return status === 'not-read' ? 'It is read with the next full evaluation.' : '';
}

type Event = Explained['events'][number];

const EVENT_OUTCOMES: Readonly<Record<NonNullable<Event['outcome']>, string>> = {
  evaluated: 'Evaluated',
  covered: 'Covered by a later reading',
  gone: 'The resource is gone',
  ignored: 'Ignored',
  dead: 'Failed (dead letter)',
};

/** The word for the outcome of an event; null: it still waits. */
export function wordOfOutcome(outcome: Event['outcome']): string {
  return outcome === null ? 'Pending' : EVENT_OUTCOMES[outcome];
}

type Gate = NonNullable<Explained['healthGates']>[number];

const GATES: Readonly<Record<Gate['status'], string>> = {
  open: 'is watched. It was written',
  well: 'left the app well. The watch ended',
  worse: 'made the app worse. The watch ended',
  unknown: 'was watched, without knowing how the app is. The watch ended',
};

/** What a health gate found, with the beginning of a sentence that ends with a time. */
export function wordsOfGate({ status, rules }: Pick<Gate, 'status' | 'rules'>): string {
  return `The fix of ${rules.join(' and ')} ${GATES[status]}`;
}
