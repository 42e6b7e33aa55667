/** What Azure itself says of the health of an app: its state, and the metrics of Azure Monitor. */
import type { AppHealth } from '../workflows/ports/health-gates.ts';
import type { ClientOptions } from './client.ts';

export function createAppHealth(_options: ClientOptions): AppHealth {
  return {
    readState: async () => ({ condition: 'unread', text: 'its state is not read' }),
    readMetrics: async () => ({ kind: 'unread', text: 'metrics are not read' }),
  };
}
