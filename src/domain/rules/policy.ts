/** What the settings say about the changes of one resource, beside its rules. */
import type { Mode } from '../resources/reasons.ts';
import type { Resource } from '../resources/resource.ts';
import type { MaintenanceWindow } from './maintenance-window.ts';
import { type Freeze, freezeFor, modeFor, type Settings, windowFor } from './settings.ts';

export interface Policy {
  readonly mode: Mode;
  readonly stopped: { readonly reason: string } | null;
  readonly limits: Pick<Settings['limits'], 'flapCount' | 'flapHours'>;
  readonly window: MaintenanceWindow | null;
  readonly frozen: Freeze | null;
  /** Whether a tag of the app can lower its mode. */
  readonly tagOptDown: boolean;
}

export function policyFor(settings: Settings, resource: Resource, now: Date): Policy {
  const { flapCount, flapHours } = settings.limits;
  return {
    mode: modeFor(settings, resource),
    stopped: settings.stopped,
    limits: { flapCount, flapHours },
    window: windowFor(settings, resource),
    frozen: freezeFor(settings, resource, now),
    tagOptDown: settings.tagOptDown,
  };
}
