/** Every minute, and at start after a minute that was missed. */
import { app } from '@azure/functions';
import { housekeep } from '../workflows/housekeeping.ts';
import { invocation } from './invocation.ts';

export function registerHousekeeping(): void {
  app.timer('housekeeping', {
    schedule: '0 * * * * *',
    handler: (_, context) => invocation(context, ({ world }) => housekeep(world)),
  });
}
