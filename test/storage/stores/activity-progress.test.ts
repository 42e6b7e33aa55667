/** How far the Activity Log was read, on a real table: one row for each subscription, saved under its version. */
import { expect, it } from 'vitest';
import type { ActivityProgress } from '../../../src/workflows/ports/azure.ts';
import { ConflictError } from '../../../src/workflows/ports/storage.ts';
import { useAccount } from '../azurite.ts';
import { time } from '../samples.ts';

const account = useAccount();
const OURS = '0b1f6471-1bf0-4dda-aec3-cb9272f09590';
const OTHER = '1b1f6471-1bf0-4dda-aec3-cb9272f09590';

/** The largest row: all changes that are remembered, of each provider. */
const known = Array.from({ length: 1000 }, (_, n) => `activity-log-${String(n).padStart(32, '0')}`);
const provider = { readTo: time(9), rest: { from: time(1), to: time(2) }, known };
const progress: ActivityProgress = {
  since: time(0),
  providers: { 'Microsoft.Web': provider, 'Microsoft.App': provider, 'Microsoft.Insights': provider },
  forbidden: { at: time(3), loggedAt: time(2) },
};

it('is kept for each subscription, and one of two instances saves it', async () => {
  const { activityProgress } = account.open();
  expect(await activityProgress.load(OURS)).toBeNull();
  await activityProgress.save(OURS, progress, null);
  await expect(activityProgress.save(OURS, progress, null)).rejects.toBeInstanceOf(ConflictError);
  const found = await activityProgress.load(OURS.toUpperCase());
  expect(found?.value).toEqual(progress);
  await activityProgress.save(OURS, { ...progress, forbidden: null }, found?.version ?? null);
  await expect(activityProgress.save(OURS, progress, found?.version ?? null)).rejects.toBeInstanceOf(ConflictError);
  expect((await activityProgress.load(OURS))?.value.forbidden).toBeNull();
  expect(await activityProgress.load(OTHER)).toBeNull();
});
