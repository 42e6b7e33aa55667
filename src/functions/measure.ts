/** Runs every five minutes, and at startup after a missed run. */
import { app } from '@azure/functions';
import { logMetrics } from '../workflows/housekeeping/collect-metrics.ts';
import { withInvocation } from './invocation.ts';

export function registerMeasure(): void {
  app.timer('measure', {
    schedule: '30 */5 * * * *',
    handler: (_, context) => withInvocation(context, ({ deps, meters }) => logMetrics(deps, meters)),
  });
}
