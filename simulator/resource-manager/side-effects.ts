// Side effects on demand: values that change along with a write of something else, as Azure is known to reset siblings.

import type { Documents } from '../estate/documents.ts';
import { matchesRequest, type RequestMatch } from '../faults/faults.ts';
import { createRegistry, isExhausted, type Registry } from '../faults/registry.ts';
import { overlay } from '../json/json.ts';
import { documentTable } from './documents.ts';

/** What changes along with a write that Resource Manager accepts, from any caller. `Simulator.change` has no side effects. */
export interface SideEffect {
  /** Of the write; absent: every one. */
  match?: RequestMatch;
  /** Of the resource that is written; need not be the document that is. */
  document: string;
  /** Laid over the document when the write becomes visible: objects merge; anything else, null included, is the new value. */
  patch: unknown;
  /** How often; absent: always. */
  times?: number;
}

export interface SideEffectRegistry extends Omit<Registry<SideEffect>, 'entries'> {
  /** Those that come with this write, each used once more. */
  trigger(write: { method: string; path: string }): SideEffect[];
}

export function createSideEffectRegistry(): SideEffectRegistry {
  const { entries, ...registry } = createRegistry<SideEffect>();
  return {
    ...registry,
    add(sideEffect) {
      if (!documentTable.some(({ name }) => name === sideEffect.document))
        throw new Error(`'${sideEffect.document}' is no document; see simulator/resource-manager/documents.ts.`);
      return registry.add(sideEffect);
    },
    trigger(write) {
      const triggered = entries.filter((entry) => !isExhausted(entry) && matchesRequest(entry.item.match ?? {}, write));
      for (const entry of triggered) entry.uses++;
      return triggered.map(({ item }) => item);
    },
  };
}

/** Lays the patches over the documents that they name. */
export function applySideEffects(documents: Documents, sideEffects: readonly SideEffect[]): void {
  for (const { document, patch } of sideEffects) documents.set(document, overlay(documents.get(document), patch));
}
