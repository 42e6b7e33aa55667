// A Resource Graph over an estate of the test's own, with a clock that the test sets.
import { createEstateStore, type EstateStore } from '../../../simulator/estate/estate-store.ts';
import type { ResourceSeed } from '../../../simulator/estate/resource-seed.ts';
import { isObject, type JsonObject } from '../../../simulator/json/json.ts';
import {
  createResourceGraph,
  type GraphCaller,
  type GraphOptions,
  type ResourceGraph,
} from '../../../simulator/resource-graph/resource-graph.ts';
import { leaf } from '../arm-client.ts';

export interface TestGraph {
  estate: EstateStore;
  graph: ResourceGraph;
  clock: { now: number };
  /** The rows of an answer; throws when it is refused. */
  rows(query: string, options?: object): JsonObject[];
  ask(query: string, options?: object, more?: object): { status: number; body?: unknown; at(path: string): unknown };
}

export const everybody: GraphCaller = { objectId: 'me', mayRead: () => true };

export function graphOf(seeds: readonly ResourceSeed[], options: GraphOptions = {}, caller = everybody): TestGraph {
  const clock = { now: 0 };
  const estate = createEstateStore(seeds, () => clock.now);
  const graph = createResourceGraph(estate, { quota: 10_000, ...options });
  const ask: TestGraph['ask'] = (query, asked = {}, more = {}) => {
    const answer = graph.answer({ query, options: { $top: 1000, ...asked }, ...more }, caller, clock.now);
    return { ...answer, at: (path) => leaf(answer.body, path) };
  };
  return {
    estate,
    graph,
    clock,
    ask,
    rows(query, asked) {
      const answer = ask(query, asked);
      const data = answer.at('data');
      if (!Array.isArray(data)) throw new Error(JSON.stringify(answer.body));
      return data.filter(isObject);
    },
  };
}

/** The last segments of the ids. */
export function namesOf(rows: readonly JsonObject[]): string[] {
  return rows.map(({ id }) => String(id).split('/').at(-1) ?? '');
}
