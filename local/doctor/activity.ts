/** Whether Plumbline's identity may read the Activity Log of the scratch app's subscription. It goes without, and knows less. */
import { ACTIVITY_READ } from '../../src/domain/roles.ts';
import { type Check, failed, notChecked, ok, type Visit } from './checkup.ts';
import { entriesOf } from './log.ts';

export const activityLog: Check = {
  name: 'the Activity Log can be read',
  async run(visit) {
    const { app, identityMay } = visit.deployment;
    const identity = visit.fix?.by ?? (await identityIn(visit));
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

async function identityIn({ service }: Visit): Promise<string | undefined> {
  const entries = await entriesOf(service, { limit: '200' });
  return entries.find(({ actor }) => actor.type === 'service' && actor.objectId !== undefined)?.actor.objectId;
}
