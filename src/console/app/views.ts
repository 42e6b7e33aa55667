/** The views of the console, in the order of the navigation. */
import type { ComponentType } from 'preact';
import { Approvals } from '../views/approvals/approvals.tsx';
import { Apps } from '../views/apps/apps.tsx';
import { AuditLog } from '../views/audit/audit.tsx';
import { DeadLetters } from '../views/dead-letters/dead-letters.tsx';
import { Exemptions } from '../views/exemptions/exemptions.tsx';
import { Findings } from '../views/findings/findings.tsx';
import { Health } from '../views/health/health.tsx';
import { Overview } from '../views/overview/overview.tsx';
import { Rollouts } from '../views/rollouts/rollouts.tsx';
import { Rules } from '../views/rules/rules.tsx';
import { Scans } from '../views/scans/scans.tsx';
import { Settings } from '../views/settings/settings.tsx';

export interface View {
  /** The first segment of its address. */
  readonly name: string;
  readonly title: string;
  /** `g`, then this key, goes there. */
  readonly key: string;
  readonly Component: ComponentType;
}

export const VIEWS: readonly View[] = [
  { name: 'overview', title: 'Overview', key: 'o', Component: Overview },
  { name: 'approvals', title: 'Approvals', key: 'a', Component: Approvals },
  { name: 'findings', title: 'Findings', key: 'f', Component: Findings },
  { name: 'apps', title: 'Apps', key: 'p', Component: Apps },
  { name: 'rules', title: 'Rules', key: 'r', Component: Rules },
  { name: 'exemptions', title: 'Exemptions', key: 'e', Component: Exemptions },
  { name: 'rollouts', title: 'Roll-outs', key: 'u', Component: Rollouts },
  { name: 'scans', title: 'Scans', key: 's', Component: Scans },
  { name: 'dead-letters', title: 'Dead letters', key: 'd', Component: DeadLetters },
  { name: 'audit', title: 'Audit log', key: 'l', Component: AuditLog },
  { name: 'settings', title: 'Settings', key: 't', Component: Settings },
  { name: 'health', title: 'Health', key: 'h', Component: Health },
];
