/** Whether Plumbline's identity has an action that it can do without, in the subscription of the scratch app. */
import { fetchEntries } from './audit-log.ts';
import { type CheckContext, failed, notChecked, ok, type Result } from './checks.ts';

export interface NeededAction {
  readonly action: string;
  /** What the service says of its use. */
  use(context: CheckContext): Promise<string>;
  /** What is missing without it. */
  readonly without: string;
}

export async function checkAction(context: CheckContext, { action, use, without }: NeededAction): Promise<Result> {
  const { app, identityMay } = context.deployment;
  const identity = context.fix?.by ?? (await identityIn(context));
  if (identity === undefined) {
    return notChecked('no entry of the log names the identity yet; the first fix will, or --drift makes one');
  }
  const where = `in the subscription ${app.subscriptionId}`;
  const may = await identityMay(identity, action);
  if (may === null) return notChecked(`you cannot see which roles ${identity} has ${where}`);
  if (may) return ok(`the identity ${identity} may, ${where}; ${await use(context)}`);
  return failed(
    `the identity ${identity} may not, ${where}: ${without}`,
    `Run azd up again, or add ${action} to the role that you made: docs/permissions.md, reader. Do so for each subscription.`,
  );
}

async function identityIn({ service }: CheckContext): Promise<string | undefined> {
  const entries = await fetchEntries(service, { limit: '200' });
  return entries.find(({ actor }) => actor.type === 'service' && actor.objectId !== undefined)?.actor.objectId;
}
