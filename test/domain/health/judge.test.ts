import { describe, expect, test } from 'vitest';
import { containerAppState, latestRevisionOf, webAppState } from '../../../src/domain/health/app-states.ts';
import { type AppState, CONDITIONS } from '../../../src/domain/health/gate.ts';
import { judgeState, judgeTraffic } from '../../../src/domain/health/judge.ts';

const state = (condition: AppState['condition']): AppState => ({ condition, text: `it is ${condition}` });

describe('the state of a web app', () => {
  test.each([
    [{ state: 'Running', availabilityState: 'Normal', usageState: 'Normal', enabled: true }, 'good'],
    [{ state: 'Running' }, 'good'],
    [{ state: 'Stopped' }, 'ill'],
    [{ state: 'QuotaExceeded' }, 'ill'],
    [{ state: 'Running', availabilityState: 'Limited' }, 'ill'],
    [{ state: 'Running', usageState: 'Exceeded' }, 'ill'],
    [{ state: 'Running', enabled: false }, 'ill'],
    [{}, 'unread'],
  ])('%j is %s', (properties, condition) => {
    expect(webAppState({ properties }).condition).toBe(condition);
  });
});

describe('the state of a container app', () => {
  const replica = (ready: boolean, restartCount: number) => ({ properties: { containers: [{ ready, restartCount }] } });
  test.each<[string, object, object | null, ReturnType<typeof replica>[] | null, string]>([
    ['runs', {}, { runningState: 'Running', healthState: 'Healthy' }, [replica(true, 0)], 'good'],
    ['runs at most replicas', {}, { runningState: 'RunningAtMaxScale', healthState: 'None' }, null, 'good'],
    ['is scaled to zero', {}, { runningState: 'ScaledToZero', healthState: 'Healthy' }, [], 'good'],
    ['is unhealthy', {}, { runningState: 'Running', healthState: 'Unhealthy' }, null, 'ill'],
    ['has failed', {}, { runningState: 'ActivationFailed', healthState: 'None' }, null, 'ill'],
    ['is degraded', {}, { runningState: 'Degraded', healthState: 'Healthy' }, null, 'ill'],
    ['was not provisioned', {}, { provisioningState: 'Failed' }, null, 'ill'],
    ['starts', {}, { runningState: 'Processing', healthState: 'Unhealthy' }, null, 'starting'],
    ['is being provisioned', { provisioningState: 'InProgress' }, null, null, 'starting'],
    [
      'failed as an app',
      { provisioningState: 'Failed' },
      { runningState: 'Running', healthState: 'Healthy' },
      null,
      'ill',
    ],
    ['crashes', {}, { runningState: 'Running', healthState: 'Healthy' }, [replica(false, 4)], 'ill'],
    ['is not ready yet', {}, { runningState: 'Running', healthState: 'Healthy' }, [replica(false, 0)], 'starting'],
    ['has one replica that is ready', {}, { runningState: 'Running' }, [replica(false, 4), replica(true, 0)], 'good'],
    ['has a word that is not known', {}, { runningState: 'Hibernating' }, null, 'unread'],
    ['was not read', {}, null, null, 'unread'],
  ])('that %s', (_, app, revision, replicas, condition) => {
    const body = revision === null ? null : { name: 'shop--1', properties: { ...revision } };
    expect(containerAppState({ properties: { ...app } }, body, replicas).condition).toBe(condition);
  });

  test('names its latest revision, unless it has none yet', () => {
    expect(latestRevisionOf({ properties: { latestRevisionName: 'shop--7' } })).toBe('shop--7');
    expect(latestRevisionOf({ properties: { latestRevisionName: '' } })).toBeNull();
  });
});

describe('guarantee 15: the judgement by the state', () => {
  const verdict = (before: AppState['condition'], now: AppState['condition'], suspected: boolean, isEnd: boolean) => {
    const found = judgeState({ before: state(before), now: state(now), suspected, isEnd });
    return found && ('for' in found ? `wait for ${found.for}` : found.kind);
  };
  test.each([
    ['good', 'ill', false, false, 'wait for confirmation'],
    ['good', 'ill', true, false, 'worse'],
    ['good', 'ill', true, true, 'worse'],
    ['good', 'good', true, false, 'wait for end'],
    ['good', 'starting', false, false, 'wait for end'],
    ['good', 'starting', false, true, 'wait for confirmation'],
    ['good', 'starting', true, true, 'worse'],
    ['good', 'unread', false, true, 'unknown'],
    ['good', 'good', false, true, null],
    ['unread', 'good', false, true, null],
    ['unread', 'ill', true, true, 'unknown'],
    ['starting', 'ill', true, true, 'unknown'],
  ] as const)('before %s, now %s, suspected %s, at the end %s: %s', (before, now, suspected, isEnd, expected) => {
    expect(verdict(before, now, suspected, isEnd)).toBe(expected);
  });

  test('what was ill before is never worse, and only what was read as good can become worse', () => {
    for (const before of CONDITIONS)
      for (const now of CONDITIONS)
        for (const suspected of [false, true])
          for (const isEnd of [false, true]) {
            if (verdict(before, now, suspected, isEnd) === 'worse') expect([before, suspected]).toEqual(['good', true]);
          }
  });

  test('metrics decide at their last reading, and worse at once, like the health check unless requests failed before', () => {
    const text = 'x';
    const kinds = (isLast: boolean, check: Parameters<typeof judgeTraffic>[1] = null) =>
      [
        { kind: 'worse', text },
        { kind: 'well', text },
        { kind: 'recovered', text },
        { kind: 'ill-before', text },
        { kind: 'unknown', later: true, text },
        { kind: 'unknown', later: false, text },
      ].map((one) => judgeTraffic(one as Parameters<typeof judgeTraffic>[0], check, isLast).kind);
    expect(kinds(false)).toEqual(['worse', 'wait', 'wait', 'unknown', 'wait', 'unknown']);
    expect(kinds(true)).toEqual(['worse', 'well', 'well', 'unknown', 'unknown', 'unknown']);
    expect(kinds(true, { kind: 'told', text })).toEqual(kinds(true));
    expect(kinds(false, { kind: 'steady' })).toEqual(['worse', 'wait', 'wait', 'unknown', 'wait', 'wait']);
    expect(kinds(false, { kind: 'worse', text })).toEqual(['worse', 'worse', 'worse', 'unknown', 'worse', 'worse']);
  });
});
