/** The fakes with one web app and a host, and functions that read the results. */
import type { AuditKind } from '../../../src/domain/audit/audit.ts';
import type { Decision } from '../../../src/domain/decisions/decide.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import type { Options } from '../../../src/workflows/ports/runtime.ts';
import { seedWebApp, type WebAppOptions } from '../azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../deps.ts';
import { createHost, type Host } from './host.ts';

export interface Scene {
  readonly deps: FakeDeps;
  readonly host: Host;
}

export interface SceneOptions {
  readonly app?: WebAppOptions;
  readonly settings?: Partial<Settings>;
  readonly options?: Partial<Options>;
  /** The ports that the workflows use; by default the fakes themselves. */
  ports?(deps: FakeDeps): Deps;
}

/** The shop with these options, in mode autofix unless the settings have another one. */
export function scene({ app = {}, settings, options, ports }: SceneOptions = {}): Scene {
  const deps = fakeDeps(options ? { options } : {});
  seedWebApp(deps.arm, app);
  if (settings) storeSettings(deps, settings);
  return { deps, host: createHost(deps, ports ? { ports: ports(deps) } : {}) };
}

/** Entries like `fix.applied webapp-min-tls`, in the order of the log; only of these kinds, if given. */
export function recordsIn({ stored }: FakeDeps, ...kinds: AuditKind[]): string[] {
  return stored.entries
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .map(({ kind, rule }) => `${kind} ${rule}`);
}

export function outcomesIn({ stored }: FakeDeps): Record<string, string | null> {
  return Object.fromEntries(stored.events.map(({ event, outcome }) => [event.id, outcome]));
}

/** The decision about a rule's violation: the action and its reason codes, in the order of the domain. */
export function decisionOf({ stored }: FakeDeps, rule: string): string | null {
  const found = stored.findings.find((finding) => finding.rule === rule);
  if (!found) throw new Error(`there is no finding of ${rule}`);
  return found.decision && textOf(found.decision);
}

function textOf({ action, reasons }: Decision): string {
  return [action, ...reasons.map(({ code }) => code)].join(' ');
}
