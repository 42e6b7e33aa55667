/** The dialog before approvals are decided, as text: every change is in it, equal ones once with all their resources. */
import { IMPACTS } from '../client/choices.ts';
import type { Output } from '../framework/context.ts';
import { printable } from '../framework/printable.ts';
import { changeLine } from '../text/changes.ts';
import { counted } from '../text/show.ts';
import { severityColor, word } from '../text/words.ts';
import type { ListedApproval } from './list.ts';

export type Decision = 'approve' | 'reject';

export interface Excluded {
  readonly approval: ListedApproval;
  /** Why it is not decided. */
  readonly reason: string;
}

export interface Dialog {
  readonly decision: Decision;
  readonly decided: readonly ListedApproval[];
  readonly excluded: readonly Excluded[];
}

/** The number must be typed above this many changes. */
const FEW = 10;

/** Whether the number must be typed: many changes, or traffic may be affected by an approval. */
export function needsNumber({ decision, decided }: Dialog): boolean {
  return decided.length > FEW || (decision === 'approve' && decided.some(({ rule }) => rule.impact === 'traffic'));
}

/** Everything that is decided, and what is not and why. */
export function dialogText(output: Output, dialog: Dialog): string {
  const { decision, decided, excluded } = dialog;
  const { bold } = output.colors;
  const resources = new Set(decided.map(({ resource }) => resource.id.toLowerCase())).size;
  const title = `${decision === 'approve' ? 'Approve' : 'Reject'} ${counted(decided.length, 'change')} on ${counted(resources, 'resource')}`;
  return [
    decided.length === 0 ? '' : `${bold(title)}\n`,
    ...foldEqual(decided).map((group) => groupText(output, group)),
    decided.length === 0 || decision === 'reject' ? '' : consequences(output, decided),
    excludedText(output, dialog.decision, excluded),
  ].join('');
}

/** Approvals with the same rule, purpose and changes. */
function foldEqual(approvals: readonly ListedApproval[]): readonly (readonly ListedApproval[])[] {
  const groups = new Map<string, ListedApproval[]>();
  for (const one of approvals) {
    const key = JSON.stringify([one.purpose, one.rule, one.changes, one.moved]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

function groupText({ colors }: Output, group: readonly ListedApproval[]): string {
  const [first] = group;
  if (!first) return '';
  const { rule, purpose, changes, moved } = first;
  const severity = severityColor(colors)(rule.severity);
  const title = printable(purpose === 'rollback' ? `Rollback: ${rule.title}` : rule.title);
  const lines = [
    ...changes.map(changeLine),
    ...moved.map((one) => `changed since the last approval: ${changeLine(one)}`),
    `Risk: ${printable(rule.risk)}`,
    `Impact: ${word(rule.impact)}${rule.reversible ? '' : '. It cannot be rolled back'}`,
    `${group.length === 1 ? 'Resource' : `${group.length} resources`}: ${group.map(placeOf).join(', ')}`,
  ];
  return `\n  ${colors.bold(title)} (${printable(rule.id)}, ${severity})\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

/** The name with its resource group: names repeat. */
function placeOf({ resource: { id, name } }: ListedApproval): string {
  const group = /\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
  return printable(group === undefined ? name : `${group}/${name}`);
}

function consequences({ colors }: Output, decided: readonly ListedApproval[]): string {
  const counts = IMPACTS.map(
    (impact) => [impact, decided.filter(({ rule }) => rule.impact === impact).length] as const,
  );
  const shown = counts.flatMap(([impact, count]) => (count === 0 ? [] : `${word(impact)} ${count}`)).join(', ');
  const final = decided.filter(({ rule }) => !rule.reversible);
  const rules = [...new Set(final.map(({ rule }) => rule.id))].map(printable).join(', ');
  return [
    `\n${colors.bold('Impact')}: ${shown}\n`,
    final.length === 0 ? '' : `${colors.bold('Cannot be rolled back')}: ${final.length} (${rules})\n`,
  ].join('');
}

function excludedText({ colors }: Output, decision: Decision, excluded: readonly Excluded[]): string {
  if (excluded.length === 0) return '';
  const what = decision === 'approve' ? 'Not yours to approve, or not open' : 'Not open';
  const lines = excluded.map(
    ({ approval, reason }) => `  ${placeOf(approval)}, ${printable(approval.rule.id)}: ${printable(reason)}\n`,
  );
  return `\n${colors.bold(`${what} (${excluded.length})`)}\n${lines.join('')}`;
}
