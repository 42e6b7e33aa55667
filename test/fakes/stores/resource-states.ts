/** The state of each resource, under versions. */
import type { ResourceState, ResourceStates } from '../../../src/workflows/ports/resource-states.ts';
import { nextRow, versioned } from './rows.ts';

/** The map that tests read has only the values; a value that a test put there has version 1. */
export function fakeResourceStates(values: Map<string, ResourceState>): ResourceStates {
  const versions = new Map<string, number>();
  const rowOf = (key: string) => {
    const value = values.get(key);
    return value && { value, version: versions.get(key) ?? 1 };
  };
  return {
    load: async ({ key }) => {
      const row = versioned(rowOf(key));
      return row && { ...row, value: placed(row.value) };
    },
    save: async ({ key }, state, version) => {
      const saved = nextRow(rowOf(key), state, version);
      values.set(key, saved.value);
      versions.set(key, saved.version);
      return String(saved.version);
    },
  };
}

/** The row has the resource of its findings once. */
function placed(state: ResourceState): ResourceState {
  return { ...state, findings: state.findings.map((one) => ({ ...one, resource: state.resource })) };
}
