/** What decisions depend on in the body of a resource. It is stored with each violation, so that it can be decided again. */
import * as z from 'zod';
import { hostingOf } from '../resources/hosting.ts';
import { MAX_SENTENCE, truncateText } from '../resources/limits.ts';
import type { Infer } from '../resources/schema.ts';
import { bodyOf, isProvisioned, kindsOf, type Snapshot, tagOf } from '../resources/snapshot.ts';

const present = z.literal(true).exactOptional();

/** Each member is there only where it matters: most resources have none. */
export const resourceFacts = z.strictObject({
  /** The resource could not be read, so nothing else is known of it. */
  unread: present,
  app: z.enum(['function-app', 'logic-app']).exactOptional(),
  onContainerApps: present,
  managedBy: z.string().exactOptional(),
  /** Azure has not finished provisioning. */
  provisioning: present,
  /** The value of its tag `plumbline-mode`, if it is one that Plumbline knows. */
  modeTag: z.enum(['audit', 'approve']).exactOptional(),
  /** It has the tag `plumbline-canary`. */
  canary: present,
});
export type ResourceFacts = Infer<typeof resourceFacts>;

export const MODE_TAG = 'plumbline-mode';

/** Apps with this tag are the first ones of every roll-out, whatever its value is. */
export const CANARY_TAG = 'plumbline-canary';

export function factsOf(snapshot: Snapshot): ResourceFacts {
  const kinds = kindsOf(snapshot);
  const body = bodyOf(snapshot, 'resource');
  const managedBy = body?.managedBy;
  const tag = tagOf(snapshot, MODE_TAG)?.trim().toLowerCase();
  return {
    ...(body ? {} : { unread: true as const }),
    ...(kinds.includes('workflowapp')
      ? { app: 'logic-app' as const }
      : kinds.includes('functionapp')
        ? { app: 'function-app' as const }
        : {}),
    ...(hostingOf(snapshot) === 'container-apps' ? { onContainerApps: true as const } : {}),
    ...(typeof managedBy === 'string' && managedBy !== '' ? { managedBy: truncateText(managedBy, MAX_SENTENCE) } : {}),
    ...(isProvisioned(snapshot) ? {} : { provisioning: true as const }),
    ...(tag === 'audit' || tag === 'approve' ? { modeTag: tag } : {}),
    ...(tagOf(snapshot, CANARY_TAG) === null ? {} : { canary: true as const }),
  };
}
