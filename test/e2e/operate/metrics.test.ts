/** The metrics of the running service: its work is counted, stored and served, and its log lines have their ids. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { people, subscriptionId } from '../../../simulator/estate.ts';
import { listedEvent } from '../../../src/api/endpoints/events.ts';
import { historyAnswer } from '../../../src/api/endpoints/history.ts';
import { stateAnswer } from '../../../src/api/endpoints/state.ts';
import { pageSchema } from '../../../src/api/framework/page.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const app = rightWebApp('counted', { site: { httpsOnly: false } });
const plumbline = usePlumbline({ resources: [app] });
const LINE = z.looseObject({ message: z.string(), eventId: z.string().nullish() });

async function metrics(): Promise<string> {
  const { status, body } = await plumbline.as(people.ada, 'Reader').ask('GET', '/metrics');
  expect(status).toBe(200);
  return String(body);
}

test('a fixed change is counted in the metrics', async () => {
  const eventId = await plumbline.change(people.ada, app.id, 'resource', touched);
  await plumbline.atRest(app.id);
  const text = await eventually('the counts', async () => {
    const found = await metrics();
    // Counts are stored within 15 s.
    return found.includes('plumbline_fixes_total{purpose="fix",outcome="applied"} 1') ? found : null;
  });
  expect(text).toMatch(/^plumbline_events_total\{outcome="evaluated"\} [1-9]/m);
  expect(text).toMatch(/^plumbline_evaluations_total [1-9]/m);
  expect(text).toMatch(/^plumbline_fix_seconds_count 1$/m);
  expect(text).toMatch(
    new RegExp(
      `^plumbline_arm_requests_left\\{subscription="${subscriptionId}",limit="subscription-reads"\\} \\d+$`,
      'm',
    ),
  );
  expect(text).toMatch(/^plumbline_mode\{mode="autofix"\} 1$/m);

  const lines = plumbline.lines.flatMap((line) => (line.startsWith('{') ? [LINE.parse(JSON.parse(line))] : []));
  const ours = lines.filter((line) => line.eventId === eventId);
  expect(ours.map(({ message }) => message)).toEqual(
    expect.arrayContaining(['event received', 'writing', 'evaluated', 'event concluded']),
  );
  expect(ours.filter(({ invocationId }) => typeof invocationId !== 'string')).toEqual([]);
});

test('the state, the list of events and the history show it, too', async () => {
  const reader = plumbline.as(people.ada, 'Reader');
  await plumbline.housekeep();
  const state = await eventually('the revisions', async () => {
    const { status, body } = await reader.ask('GET', '/state');
    const parsed = stateAnswer.parse(body);
    return status === 200 && parsed.revisions.findings > 0 && parsed.revisions.audit > 0 ? parsed : null;
  });
  expect(state).toMatchObject({ mode: 'autofix', stopped: null, approvals: { pending: 0 }, deadLetters: 0 });
  const events = pageSchema(listedEvent).parse((await reader.ask('GET', `/events?resource=${app.id}`)).body);
  expect(events.items.map(({ outcome }) => outcome)).toContain('evaluated');
  const { points } = historyAnswer.parse((await reader.ask('GET', '/history?metric=fixes&step=hour')).body);
  expect(points.some((point) => 'applied' in point && point.applied === 1)).toBe(true);
  // Housekeeping runs after its request was answered.
  await eventually('the first hour of the history', async () => {
    const { points: failing } = historyAnswer.parse((await reader.ask('GET', '/history?metric=failing')).body);
    return failing.length === 1;
  });
});

test('the metrics need a sign-in', async () => {
  expect((await plumbline.as(null).ask('GET', '/metrics')).statusAndCode).toBe('401 unauthenticated');
});
