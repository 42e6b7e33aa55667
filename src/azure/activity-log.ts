/** Azure's Activity Log: who wrote a resource. */
import type { Activity } from '../workflows/ports.ts';

export function createActivity(): Activity {
  return {
    async writes() {
      return {
        kind: 'refused',
        failure: { kind: 'blocked', code: 'NotRead', message: 'The Activity Log is not read.', retryAfter: null },
      };
    },
  };
}
