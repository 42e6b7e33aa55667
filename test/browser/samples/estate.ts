// The apps, people and times of the sample answers.
import { readFileSync } from 'node:fs';
import type { State } from '../../../src/console/api/types.ts';

export const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000001';
export const GROUP = `${SUBSCRIPTION}/resourceGroups/shop`;
const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
export const VERSION = String(manifest instanceof Object && 'version' in manifest ? manifest.version : '');

const HOUR = 3_600_000;
export const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
/** The start of a day, so many days ago. */
export const daysAgo = (days: number) => `${hoursAgo(24 * days).slice(0, 10)}T00:00:00.000Z`;

export const portal = {
  id: `${GROUP}/providers/Microsoft.Web/sites/legacy-portal`,
  type: 'Microsoft.Web/sites',
  name: 'legacy-portal',
};
export const orders = { ...portal, id: portal.id.replace('legacy-portal', 'orders'), name: 'orders' };
export const checkout = {
  id: `${GROUP}/providers/Microsoft.App/containerApps/checkout`,
  type: 'Microsoft.App/containerApps',
  name: 'checkout',
};
export const grace = {
  objectId: '00000000-0000-4000-8000-000000000102',
  name: 'Grace Hopper',
  type: 'user',
} as const;

export const state: State = {
  mode: 'approve',
  stopped: null,
  settingsRevision: 7,
  approvals: { pending: 3, oldestAt: hoursAgo(70) },
  deadLetters: 1,
  scans: { running: 1 },
  revisions: { approvals: 1, audit: 1, deadLetters: 1, exemptions: 1, findings: 1, rollouts: 1, scans: 1, settings: 7 },
  version: VERSION,
};
