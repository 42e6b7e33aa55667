/** What a preview says, in one sentence and in lines of equal changes. */
import type { Preview } from '../../api/types.ts';
import { plural } from '../format/words.ts';

type Outcome = Preview['changes'][number]['after'];

/** The words for a decision. */
export const OUTCOMES: Readonly<Record<NonNullable<Outcome>, string>> = {
  fix: 'Fixed now',
  queue: 'Needs approval',
  hold: 'On hold',
  report: 'Report only',
  exempt: 'Exempt',
  unknown: 'Not known',
};

/** The word for a decision; null is that nothing is evaluated or wrong there. */
export function wordOf(outcome: Outcome): string {
  return outcome === null ? 'Not checked' : OUTCOMES[outcome];
}

/**
 * Such as "12 checks change: 9 fixed now (3 apps restart or their traffic changes), 2 need approval. At the limit of fixes an
 * hour the last one is done in 2 hours."
 */
export function sentenceOf(preview: Preview): string {
  const checks = preview.changes.reduce((sum, { resources }) => sum + resources, 0);
  if (checks === 0 && preview.unknown === 0) return 'No decision changes.';
  const parts = [
    count(preview.fixes, 'fixed now') + (preview.fixes > 0 && preview.restarts > 0 ? disturbed(preview.restarts) : ''),
    count(preview.approvals, preview.approvals === 1 ? 'needs approval' : 'need approval'),
    count(preview.holds, 'on hold'),
    count(preview.approvalsCleared, 'pending approvals cleared'),
    count(preview.unknown, 'not known until the next evaluation'),
    count(preview.exemptionsIdle, 'exemptions without effect'),
  ].filter((part) => part !== '');
  const head = `${plural(checks, 'check')} ${checks === 1 ? 'changes' : 'change'}`;
  return `${head}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.${budgetSentence(preview)}`;
}

function budgetSentence({ fixes, budgetHours }: Preview): string {
  if (fixes === 0 || budgetHours === 0) return '';
  return budgetHours === null
    ? ' The limit of fixes an hour lets none through.'
    : ` At the limit of fixes an hour the last one is done in ${plural(budgetHours, 'hour')}.`;
}

function disturbed(apps: number): string {
  return ` (${plural(apps, 'app')} with a restart, a new revision or changed traffic)`;
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number.toLocaleString('en')} ${what}`;
}
