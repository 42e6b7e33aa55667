import { expect, it } from 'vitest';
import type { Rollout } from '../../../../src/console/api/types.ts';
import { progressText } from '../../../../src/console/views/rollouts/progress.ts';

const running: Rollout = {
  ...{ id: 'r', rule: 'webapp-min-tls', scope: '/', except: [], status: 'running', stages: [1, '10%', '100%'] },
  ...{ bakeMinutes: 15, progress: { stage: 2, apps: 12, pending: 3, left: 108 }, startedAt: '2026-01-01T00:00:00Z' },
  ...{ startedBy: { type: 'user', objectId: 'o', name: 'Ada' }, stageAt: '2026-01-01T00:30:00Z', quietSince: null },
  ...{ stopped: null, ended: null, text: 'at stage 2 of 3' },
};
const stopped = { at: '2026-01-01T01:00:00Z', reason: 'The app shop became worse.', resource: null };

it.each([
  [running, 'Stage 2 of 3: 9 of 12 apps done, 108 wait.'],
  [
    { ...running, status: 'stopped' as const, stopped },
    'Stage 2 of 3: 9 of 12 apps done, 108 wait. Stopped: The app shop became worse.',
  ],
  [
    { ...running, status: 'waiting' as const, progress: { stage: 0, apps: 0, pending: 0, left: 0 } },
    'Not begun. Stages: 1 app, 10%, 100%.',
  ],
  [
    { ...running, status: 'ended' as const, ended: { at: '2026-01-01T02:00:00Z', reason: 'Every app was written.' } },
    'Every app was written.',
  ],
])('the progress in words %#', (rollout, text) => {
  expect(progressText(rollout)).toBe(text);
});
