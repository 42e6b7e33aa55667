/**
 * Whether Plumbline's identity may read the Activity Log of the scratch app's subscription, and whether the service does so for
 * lost events. It works without, but knows fewer changers, and only the sweep finds what Event Grid loses.
 */
import { z } from 'zod';
import { ACTIVITY_READ } from '../../src/domain/rules/permissions.ts';
import type { Check, CheckContext } from './checks.ts';
import { checkAction } from './identity-action.ts';

export const activityLog: Check = {
  name: 'the Activity Log can be read',
  run: (context) =>
    checkAction(context, {
      action: ACTIVITY_READ,
      use: lostEvents,
      without: 'who changed an app stays unknown where no event told, and only the sweep finds lost events',
    }),
};

const settings = z.object({ sweep: z.object({ activityLog: z.boolean() }) });

/** What the service says about its readings for lost events. */
async function lostEvents({ service }: CheckContext): Promise<string> {
  const found = await service.get('/settings', settings);
  if (found?.sweep.activityLog === false) return 'the settings say that it is not read for lost events';
  const { body } = await service.ask('/metrics', { signedIn: true });
  const count = (line: RegExp) => Number(line.exec(String(body))?.[1] ?? 0);
  const read = count(/^plumbline_activity_log_requests_total\{outcome="read"\} (\d+)$/m);
  if (read === 0) return 'the service has not read it for lost events yet: it does so for PLUMBLINE_SUBSCRIPTIONS';
  return `the service read it for lost events ${read} times and found ${count(/^plumbline_lost_events_total (\d+)$/m)}`;
}
