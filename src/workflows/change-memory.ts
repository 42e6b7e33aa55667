/** Changes what is remembered of a resource beside a reconcile: again, when somebody else saved first. */
import type { Resource } from '../domain/resource.ts';
import { fitted } from './fit-memory.ts';
import { nothingKnown } from './load-facts.ts';
import { type ResourceMemory, StaleVersion, type World } from './ports.ts';

/** Saves nothing when the change gives back what it was given. */
export async function changeMemory(
  { memories }: Pick<World, 'memories'>,
  resource: Resource,
  change: (memory: ResourceMemory) => ResourceMemory,
): Promise<void> {
  for (;;) {
    const stored = await memories.load(resource);
    const memory = stored?.value ?? nothingKnown(resource);
    const changed = change(memory);
    if (changed === memory) return;
    try {
      await memories.save(resource, fitted(changed), stored?.version ?? null);
      return;
    } catch (error) {
      if (!(error instanceof StaleVersion)) throw error;
    }
  }
}
