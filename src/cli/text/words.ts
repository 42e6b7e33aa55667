/** The words that people see for the codes of the API. Codes that this version does not know are shown as they are. */
import type { Colors } from '../framework/context.ts';

const WORDS: Readonly<Record<string, string>> = {
  // Verdicts.
  violation: 'Fail',
  compliant: 'Pass',
  unknown: 'Unknown',
  'not-applicable': 'Not applicable',
  // What happens to a violation.
  exempt: 'Exempt',
  report: 'Report only',
  queue: 'Needs approval',
  hold: 'On hold',
  fix: 'Auto-fix',
  // Impacts.
  traffic: 'Traffic',
  'new-revision': 'New revision',
  restart: 'Restart',
  cost: 'Cost',
  none: 'None',
  // Statuses of approvals.
  pending: 'Pending',
  approved: 'Approved, not yet applied',
  blocked: 'Blocked',
  applied: 'Applied',
  failed: 'Failed',
  rejected: 'Rejected',
  expired: 'Expired',
  superseded: 'Superseded',
  cleared: 'Resolved',
  // Statuses of roll-outs.
  waiting: 'Not begun',
  running: 'Running',
  stopped: 'Stopped',
  ended: 'Ended',
};

/** What people see for a code. */
export function word(code: string): string {
  return WORDS[code] ?? code;
}

/** The status of an approval; `unknown` is not the verdict of this name. */
export function statusWord(status: string): string {
  return status === 'unknown' ? 'Verifying' : word(status);
}

/** Colours a severity. */
export function severityColor(colors: Colors): (text: string) => string {
  return (text) => {
    const wanted = text.trim();
    if (wanted === 'critical' || wanted === 'high') return colors.red(text);
    return wanted === 'medium' ? colors.yellow(text) : text;
  };
}
