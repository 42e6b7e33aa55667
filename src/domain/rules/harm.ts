/** How it would show that the fix of a rule harms an app. A rule says so where the default does not fit. */
import type { DocumentName } from '../resources/document-names.ts';

export const HARMS = ['unavailable', '5xx', '4xx', 'lost-traffic', 'invisible'] as const;
export type Harm = (typeof HARMS)[number];

/** What the health gate makes of each, in one sentence. */
export const HARM_TEXTS: Readonly<Record<Harm, string>> = {
  unavailable: 'The app would not come up. The health gate sees that, and rolls the fix back.',
  '5xx': 'Requests would fail (5xx). The health gate sees that when there is enough traffic, and rolls the fix back.',
  '4xx': 'Requests would be refused (4xx). The health gate tells people when many are, and rolls nothing back.',
  'lost-traffic':
    'Callers would stay away. The health gate tells people when the traffic drops, and rolls nothing back.',
  invisible: 'Callers would fail before they make a request, or beside the app. The health gate cannot see that.',
};

/** By the documents that the fix writes; null for a rule without a fix. */
export function defaultHarm(writes: readonly DocumentName[]): Harm | null {
  if (writes.length === 0) return null;
  if (writes.every((name) => name.startsWith('basicPublishingCredentialsPolicies/'))) return 'invisible';
  return writes.some((name) => name === 'config/authsettingsV2' || name === 'authConfigs/current')
    ? '4xx'
    : 'unavailable';
}
