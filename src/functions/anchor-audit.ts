/** Every hour at 17 minutes past, away from what runs on the full hour, and at start after an hour that was missed. */
import { app } from '@azure/functions';
import { anchorAudit } from '../workflows/anchor-audit.ts';
import { invocation } from './invocation.ts';

export function registerAnchorAudit(): void {
  app.timer('anchorAudit', {
    schedule: '0 17 * * * *',
    handler: (_, context) => invocation(context, ({ world }) => anchorAudit(world)),
  });
}
