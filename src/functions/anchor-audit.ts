/** Every hour at 17 minutes past, away from what runs on the full hour; never at start. */
import { app } from '@azure/functions';
import { getService } from '../service.ts';
import { anchorAudit } from '../workflows/anchor-audit.ts';

export function registerAnchorAudit(): void {
  app.timer('anchorAudit', { schedule: '0 17 * * * *', handler: async () => anchorAudit((await getService()).world) });
}
