/**
 * Whether Plumbline's identity may read the Activity Log of the scratch app's subscription, and whether the service does so for
 * lost events. It works without, but knows fewer changers, and only the sweep finds what Event Grid loses.
 */
import { z } from 'zod';
import { ACTIVITY_READ } from '../../src/domain/rules/permissions.ts';
import { fetchEntries } from './audit-log.ts';
import { type Check, type CheckContext, failed, notChecked, ok } from './checks.ts';

export const activityLog: Check = {
  name: 'the Activity Log can be read',
  async run(context) {
    const { app, identityMay } = context.deployment;
    const identity = context.fix?.by ?? (await identityIn(context));
    if (identity === undefined) {
      return notChecked('no entry of the log names the identity yet; the first fix will, or --drift makes one');
    }
    const where = `in the subscription ${app.subscriptionId}`;
    const may = await identityMay(identity, ACTIVITY_READ);
    if (may === null) return notChecked(`you cannot see which roles ${identity} has ${where}`);
    if (may) return ok(`the identity ${identity} may, ${where}; ${await lostEvents(context)}`);
    return failed(
      `the identity ${identity} may not, ${where}: who changed an app stays unknown where no event told, and only the sweep finds lost events`,
      `Run azd up again, or add ${ACTIVITY_READ} to the role that you made: docs/permissions.md, reader. Do so for each subscription.`,
    );
  },
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

async function identityIn({ service }: CheckContext): Promise<string | undefined> {
  const entries = await fetchEntries(service, { limit: '200' });
  return entries.find(({ actor }) => actor.type === 'service' && actor.objectId !== undefined)?.actor.objectId;
}
