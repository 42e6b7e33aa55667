/** What people read for the codes of the API. A code that is not known keeps its text. */

type Words = Readonly<Record<string, string>>;

export const STATUS_WORDS = {
  pending: 'Pending',
  approved: 'Approved, not yet applied',
  blocked: 'Blocked',
  unknown: 'Verifying',
  applied: 'Applied',
  failed: 'Failed',
  rejected: 'Rejected',
  expired: 'Expired',
  superseded: 'Superseded',
  cleared: 'Resolved',
} as const satisfies Words;

export const VERDICT_WORDS = {
  violation: 'Fail',
  compliant: 'Pass',
  'not-applicable': 'Not applicable',
  unknown: 'Unknown',
} as const satisfies Words;

export const ACTION_WORDS = {
  exempt: 'Exempt',
  report: 'Report only',
  queue: 'Needs approval',
  hold: 'On hold',
  fix: 'Auto-fix',
} as const satisfies Words;

/** The worst first. */
export const IMPACT_WORDS = {
  traffic: 'Traffic',
  'new-revision': 'New revision',
  restart: 'Restart',
  cost: 'Cost',
  none: 'None',
} as const satisfies Words;

export const IMPACT_HINTS = {
  traffic: 'Can change who reaches the app.',
  'new-revision': 'Starts a new revision of the container app.',
  restart: 'The app restarts once.',
  cost: 'Changes what the resource costs.',
  none: 'The app keeps running.',
} as const satisfies Words;

/** The most severe first. */
export const SEVERITY_WORDS = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Info',
} as const satisfies Words;

export const PURPOSE_WORDS = { fix: 'Fix', rollback: 'Rollback' } as const satisfies Words;

/** How it would show that a fix harms an app. */
export const HARM_WORDS = {
  unavailable: 'the app does not come up.',
  '5xx': 'requests fail (5xx).',
  '4xx': 'requests are refused (4xx).',
  'lost-traffic': 'callers stay away.',
  invisible: 'callers fail before they make a request, or beside the app.',
} as const satisfies Words;

export const MODE_WORDS = {
  audit: 'Report only',
  approve: 'Approve every fix',
  autofix: 'Auto-fix low risk',
} as const satisfies Words;

/** Why an action was chosen. */
export const REASON_WORDS = {
  exempt: 'Exemption',
  'tier-risky': 'Risky rule',
  'tier-advice': 'No fix',
  'mode-audit': 'Mode',
  'mode-approve': 'Mode',
  stopped: 'Stopped',
  'function-app': 'Function app',
  'logic-app': 'Logic app',
  'hosted-on-container-apps': 'On Container Apps',
  'managed-by': 'Managed elsewhere',
  self: 'Plumbline itself',
  'rejected-before': 'Rejected before',
  'expired-before': 'Expired before',
  'found-by-sweep': 'Found by a sweep',
  provisioning: 'Being deployed',
  flapping: 'Undone again',
  failing: 'Failed before',
  'also-moved-before': 'Moved more before',
  budget: 'Hourly limit',
  rollout: 'Roll-out',
  'tag-audit': 'Tag',
  'tag-approve': 'Tag',
  window: 'Change window',
  frozen: 'Freeze',
  'health-gate': 'Health gate',
  irreversible: 'Irreversible',
} as const satisfies Words;

export function wordOf(words: Words, code: string): string {
  return words[code] ?? code;
}

/** The options of a filter over these codes. */
export function optionsOf(words: Words): readonly { readonly value: string; readonly title: string }[] {
  return Object.entries(words).map(([value, title]) => ({ value, title }));
}

/** `1 app`, `2 apps`, `1,200 entries`. */
export function plural(count: number, one: string, many = `${one.replace(/y$/, 'ie')}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
