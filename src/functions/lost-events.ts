/** Runs every minute, between two runs of housekeeping, and at startup after a missed run. */
import { app } from '@azure/functions';
import { readActivityLogs } from '../workflows/events/read-activity-log.ts';
import { withInvocation } from './invocation.ts';

export function registerLostEvents(): void {
  app.timer('lostEvents', {
    schedule: '20 * * * * *',
    handler: (_, context) =>
      withInvocation(context, ({ deps, config }) => readActivityLogs(deps, config.subscriptions)),
  });
}
