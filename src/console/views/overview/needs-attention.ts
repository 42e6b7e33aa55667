/** Which of the numbers need somebody, the most urgent first. */

export interface Signs {
  /** Why changes are stopped; null while they are not. */
  readonly stopped: string | null;
  readonly deadLetters: number;
  /** Approvals that are decided, and whose write was refused or has no known outcome. */
  readonly blocked: number;
  /** Fixes that wait for a window, the budget, or the end of a freeze. */
  readonly held: number;
  /** Pending approvals that expire within 24 hours. */
  readonly expiring: number;
  /** null until the log was verified. */
  readonly log: { readonly valid: boolean; readonly reason?: string } | null;
}

export interface AttentionItem {
  readonly name: 'log' | 'stopped' | 'dead-letters' | 'blocked' | 'expiring' | 'held';
  readonly tone: 'danger' | 'warning' | 'info';
  readonly text: string;
}

export function needsAttention({ stopped, deadLetters, blocked, held, expiring, log }: Signs): AttentionItem[] {
  const items: (AttentionItem | false)[] = [
    log?.valid === false && {
      ...{ name: 'log', tone: 'danger' },
      text: `Verification of the audit log failed${log.reason ? `: ${log.reason}` : '.'}`,
    },
    stopped !== null && { name: 'stopped', tone: 'danger', text: `Changes are stopped: ${stopped}` },
    blocked > 0 && {
      ...{ name: 'blocked', tone: 'danger' },
      text: `${counted(blocked, 'approved change')} could not be applied yet`,
    },
    deadLetters > 0 && {
      ...{ name: 'dead-letters', tone: 'danger' },
      text: `${counted(deadLetters, 'message')} could not be handled`,
    },
    expiring > 0 && {
      ...{ name: 'expiring', tone: 'warning' },
      text: `${counted(expiring, 'approval')} ${expiring === 1 ? 'expires' : 'expire'} within 24 hours`,
    },
    held > 0 && { name: 'held', tone: 'info', text: `${counted(held, 'fix', 'fixes')} on hold` },
  ];
  return items.filter((one) => one !== false);
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
