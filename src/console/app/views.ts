/** The views of the console, in the order of the navigation. */
import type { ComponentType } from 'preact';
import { AuditLog } from '../views/audit/audit.tsx';
import { Health } from '../views/health/health.tsx';
import { Rollouts } from '../views/rollouts/rollouts.tsx';
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
  { name: 'rollouts', title: 'Roll-outs', key: 'u', Component: Rollouts },
  { name: 'audit', title: 'Audit log', key: 'l', Component: AuditLog },
  { name: 'settings', title: 'Settings', key: 't', Component: Settings },
  { name: 'health', title: 'Health', key: 'h', Component: Health },
];
