/** Runs every minute, and at startup after a missed run. */
import { app } from '@azure/functions';
import { runHousekeeping } from '../workflows/housekeeping/housekeeping.ts';
import { withInvocation } from './invocation.ts';

export function registerHousekeeping(): void {
  app.timer('housekeeping', {
    schedule: '0 * * * * *',
    handler: (_, context) => withInvocation(context, ({ deps }) => runHousekeeping(deps)),
  });
}
