/** Runs every hour at 17 minutes past, when other work is unlikely to start, and at startup after a missed run. */
import { app } from '@azure/functions';
import { anchorAudit } from '../workflows/housekeeping/anchor-audit.ts';
import { withInvocation } from './invocation.ts';

export function registerAnchorAudit(): void {
  app.timer('anchorAudit', {
    schedule: '0 17 * * * *',
    handler: (_, context) => withInvocation(context, ({ deps }) => anchorAudit(deps)),
  });
}
