/** Every minute, never at start. */
import { app } from '@azure/functions';
import { getService } from '../service.ts';
import { housekeep } from '../workflows/housekeeping.ts';

export function registerHousekeeping(): void {
  app.timer('housekeeping', { schedule: '0 * * * * *', handler: async () => housekeep((await getService()).world) });
}
