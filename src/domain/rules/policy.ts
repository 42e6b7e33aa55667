/** What the settings say about the changes of one resource, beside its rules. */
import type { Mode } from '../resources/reasons.ts';
import type { Resource } from '../resources/resource.ts';
import type { MaintenanceWindow } from './maintenance-window.ts';
import {
  type Freeze,
  freezeFor,
  type GateSettings,
  healthGateFor,
  modeFor,
  type ScopeStop,
  type Settings,
  scopeStopFor,
  windowFor,
} from './settings.ts';

export interface Policy {
  readonly mode: Mode;
  readonly stopped: { readonly reason: string } | null;
  /** The stop of a scope above the resource. */
  readonly scopeStopped: ScopeStop | null;
  readonly healthGate: Pick<GateSettings, 'enabled' | 'irreversible'>;
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
    scopeStopped: scopeStopFor(settings, resource),
    healthGate: healthGateFor(settings, resource),
    limits: { flapCount, flapHours },
    window: windowFor(settings, resource),
    frozen: freezeFor(settings, resource, now),
    tagOptDown: settings.tagOptDown,
  };
}
