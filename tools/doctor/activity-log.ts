/** Whether Plumbline's identity may read the Activity Log of the scratch app's subscription. It works without, but knows fewer changers. */
import { ACTIVITY_READ } from '../generate/permissions.ts';
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
    if (may) return ok(`the identity ${identity} may, ${where}`);
    return failed(
      `the identity ${identity} may not, ${where}: who changed an app stays unknown where no event told`,
      `Run azd up again, or add ${ACTIVITY_READ} to the role that you made: docs/permissions.md, reader. Do so for each subscription.`,
    );
  },
};

async function identityIn({ service }: CheckContext): Promise<string | undefined> {
  const entries = await fetchEntries(service, { limit: '200' });
  return entries.find(({ actor }) => actor.type === 'service' && actor.objectId !== undefined)?.actor.objectId;
}
