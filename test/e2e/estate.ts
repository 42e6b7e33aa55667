/** The resources that the tests put into the estate: right in all that the twelve rules look at, but for what is said. */
import { allLogsTo, slot, type WebAppLeaves, webApp, workspaceId } from '../../local/simulator/estate.ts';
import type { ResourceSeed } from '../../local/simulator/simulator.ts';

export const logged = { diagnostics: { 'to-central': allLogsTo(workspaceId) } };

export function rightWebApp(name: string, wrong: Omit<WebAppLeaves, 'name'> = {}): ResourceSeed {
  return webApp({ name, ...logged, ...wrong });
}

export function rightSlot(of: string, name: string, wrong: Omit<WebAppLeaves, 'name'> = {}): ResourceSeed {
  return slot({ of, name, ...logged, ...wrong });
}

/** A write that changes nothing that a rule looks at. */
export const touched = { tags: { touched: 'yes' } };

export const insecure = { properties: { httpsOnly: false } };
