/** A world with one resource in it and the platform around it; and what a test asks of it afterwards. */
import type { AuditKind } from '../../src/domain/audit.ts';
import type { Decision } from '../../src/domain/decide.ts';
import type { Settings } from '../../src/domain/settings.ts';
import type { Options, World } from '../../src/workflows/ports.ts';
import { seedWebApp, type WebAppLooks } from './apps.ts';
import { createHost, type Host } from './host.ts';
import { type MemoryWorld, memoryWorld, storeSettings } from './memory-world.ts';

export interface Scene {
  readonly world: MemoryWorld;
  readonly host: Host;
}

export interface SceneLooks {
  readonly app?: WebAppLooks;
  readonly settings?: Partial<Settings>;
  readonly options?: Partial<Options>;
  /** What the workflows are given, when that is not the world itself. */
  ports?(world: MemoryWorld): World;
}

/** The shop as it looks, in mode autofix unless the settings say otherwise. */
export function scene({ app = {}, settings, options, ports }: SceneLooks = {}): Scene {
  const world = memoryWorld(options ? { options } : {});
  seedWebApp(world.arm, app);
  if (settings) storeSettings(world, settings);
  return { world, host: createHost(world, ports ? { ports: ports(world) } : {}) };
}

/** `fix.applied webapp-min-tls`, in the order of the log; of these kinds, when named. */
export function factsIn({ stored }: MemoryWorld, ...kinds: AuditKind[]): string[] {
  return stored.entries
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .map(({ kind, rule }) => `${kind} ${rule}`);
}

export function outcomesIn({ stored }: MemoryWorld): Record<string, string | null> {
  return Object.fromEntries(stored.events.map(({ event, outcome }) => [event.id, outcome]));
}

/** What was decided about a rule's violation: the action and its reason codes, worst first as the domain lists them. */
export function decisionOf({ stored }: MemoryWorld, rule: string): string | null {
  const found = stored.findings.find((finding) => finding.rule === rule);
  if (!found) throw new Error(`there is no finding of ${rule}`);
  return found.decision && told(found.decision);
}

function told({ action, reasons }: Decision): string {
  return [action, ...reasons.map(({ code }) => code)].join(' ');
}
