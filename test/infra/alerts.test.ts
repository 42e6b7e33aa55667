/**
 * A renamed log line must not silence an alert: the messages and fields in the queries are those that the service
 * logs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { createLog } from '../../src/app/log.ts';
import { withLogContext } from '../../src/app/log-context.ts';
import { createArm } from '../../src/azure/arm.ts';
import { waitingRollout } from '../../src/domain/approvals/rollout-steps.ts';
import { AUDIT_KINDS } from '../../src/domain/audit/audit.ts';
import { receiveEvent } from '../../src/workflows/events/receive-event.ts';
import { anchorAudit } from '../../src/workflows/housekeeping/anchor-audit.ts';
import { logMetrics } from '../../src/workflows/housekeeping/collect-metrics.ts';
import { appendSealed } from '../../src/workflows/ports/outbox.ts';
import { logContextOf } from '../../src/workflows/ports/work.ts';
import { optionsAnswering, resource } from '../azure/azure.ts';
import { page } from '../docs/pages.ts';
import { gridEvent } from '../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp } from '../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../fakes/deps.ts';
import { createHost } from '../fakes/scenarios/host.ts';
import { type LogLine, logLinesOf, logOf, scenarioCalled } from '../fakes/scenarios/log-lines.ts';
import { deliverAndSettle, pending, SCENARIOS } from '../fakes/scenarios/scenarios.ts';
import { declared, template } from './bicep.ts';
import {
  alertQueries,
  askedFor,
  fieldsIn,
  type Query,
  queriesIn,
  queriesOf,
  sources,
  workbookQueries,
} from './queries.ts';

const alerts = alertQueries();
const all: readonly Query[] = sources()
  .flatMap(queriesOf)
  .filter(({ text }) => text.includes('AppTraces'));
const lines = [
  ...(await Promise.all(SCENARIOS.map(logOf))).flatMap((way) => way.lines),
  ...(await seldomLines()),
  ...(await linesOfRequests()),
];

describe('the queries of alerts, workbook and documents', () => {
  it('exist for each of the three sources', () => {
    expect(alerts.map(({ name }) => name)).toEqual([
      'not-running',
      'audit-log-not-whole',
      'stopped',
      'dead-letters',
      'backlog',
      'failing-fixes',
      'worse-app',
      'rollout-stopped',
      'oldest-approval',
      'no-events',
    ]);
    expect(workbookQueries().length).toBeGreaterThan(5);
    expect(queriesIn('docs/operate.md').length).toBeGreaterThan(3);
  });

  test.each(all)('$name', ({ text }) => {
    expect(text).toContain('extend line = parse_json(Message)');
    const messages = askedFor(text, 'message');
    const kinds = askedFor(text, 'kind');
    expect(messages.filter((message) => !lines.some((line) => line.message === message) && !inCode(message))).toEqual(
      [],
    );
    expect(kinds.filter((kind) => !AUDIT_KINDS.some((known) => known === kind))).toEqual([]);
    const meant = lines.filter(
      ({ message, fields }) => messages.includes(message) || kinds.includes(String(fields.kind)),
    );
    const from = meant.length > 0 ? meant : lines;
    const there = new Set(from.flatMap((line) => Object.keys(asWritten(line))));
    expect(fieldsIn(text).filter((field) => !there.has(field) && !OF_INVOCATION.includes(field))).toEqual([]);
  });

  it('a renamed message or field is found', () => {
    expect(askedFor('x | where tostring(line.message) in ("a", "b") or line.message == "c"', 'message')).toEqual([
      'c',
      'a',
      'b',
    ]);
    expect(fieldsIn('line.message == "x" | where toint(line.deadLetters) > 0')).toEqual(['message', 'deadLetters']);
  });
});

describe('log lines that may occur several times', () => {
  it('an event that is delivered twice is logged twice', async () => {
    const deps = fakeDeps();
    seedWebApp(deps.arm, RISKY);
    for (let times = 0; times < 2; times += 1) await receiveEvent(deps, gridEvent('again', SHOP));
    expect(logLinesOf(deps).filter(({ message }) => message === 'event received')).toHaveLength(2);
  });

  const joined = all.filter(({ text }) => /"event received"[\s\S]*\| join /.test(text));

  it('two queries, in the documents and in the workbook, join such lines', () => {
    expect(joined).toHaveLength(2);
  });

  test.each(joined)('the query has one row per event before it is joined: $name', ({ text }) => {
    const [before = ''] = text.split('| join ');
    expect(before).toMatch(/\| (?:distinct eventId, |summarize [^|]* by eventId = )/);
  });
});

describe('alerts on measured values', () => {
  it.each([
    ['stopped', 'stopped', true],
    ['stopped', 'stoppedScopes', 1],
    ['rollout-stopped', 'rolloutsStopped', 1],
    ['dead-letters', 'deadLetters', 1],
    ['oldest-approval', 'oldestApprovalSeconds', 90_000],
    ['backlog', 'oldestMessageSeconds', 4000],
  ])('the alert %s reads %s, which is logged', async (name, field, value) => {
    expect(alerts.find((alert) => alert.name === name)?.text).toContain(`line.${field}`);
    const values = lines.filter(({ message }) => message === 'measured').map(({ fields }) => fields[field]);
    expect(values).toContain(value);
  });

  it('the values are logged more often than the alerts run, so that a missing line is noticed', () => {
    const timer = readFileSync(new URL('../../src/functions/measure.ts', import.meta.url), 'utf8');
    expect(timer).toContain("schedule: '30 */5 * * * *'");
    expect([...new Set(template('alerts.bicep').text.match(/window: '\w+'/g))].sort()).toEqual([
      "window: 'PT15M'",
      "window: 'PT1H'",
      "window: 'PT2H'",
      "window: 'PT30M'",
    ]);
  });
});

describe('the recipients of the alerts and their documentation', () => {
  it('every rule notifies the action group, and so does the alert on dropped events', () => {
    expect(template('alerts.bicep').text).toContain('actionGroups: [people.id]');
    const dropped = template('dropped-events.bicep').text;
    expect(dropped).toContain('actionGroupId: actionGroupId');
    expect(dropped.match(/'(DroppedEventCount|DeadLetteredCount)'/g)).toHaveLength(2);
    expect(declared('module', template('subscription-events.bicep')).map(({ type }) => type)).toContain(
      'dropped-events.bicep',
    );
  });

  it('docs/operate.md has a section for each alert', () => {
    const { text } = page('docs/operate.md');
    const values = [...text.matchAll(/^### `([\w-]+)`/gm)].map(([, name]) => name);
    expect(values).toEqual([...alerts.map(({ name }) => name), 'dropped-events']);
  });
});

/** Rare lines that no scenario here has: their texts are in the code that logs them. */
function inCode(message: string): boolean {
  const folders = ['workflows', 'storage', 'api'].map((name) => new URL(`../../src/${name}/`, import.meta.url));
  return folders.some((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .some((file) => readFileSync(new URL(file, folder), 'utf8').includes(`'${message}'`)),
  );
}

/** What src/functions/invocation.ts adds to every line, and src/functions/queue-function.ts to those of failures. */
const OF_INVOCATION = ['traceId', 'invocationId', 'function', 'error'];

function asWritten({ fields, message }: LogLine): Record<string, unknown> {
  const written: string[] = [];
  createLog('info', { write: (line) => void written.push(line) }).info({ ...fields }, message);
  return JSON.parse(written[0] ?? '{}');
}

/** Lines that no scenario has: an invalid log, an ignored event, and measured values of a service in a bad state. */
async function seldomLines(): Promise<LogLine[]> {
  const { deps } = await logOf(scenarioCalled('an approval, beside a fix'));
  await receiveEvent(deps, gridEvent('foreign', '/subscriptions/none/resourceGroups/of/providers/Ours.Is/not/this'));
  const [entry] = deps.stored.entries;
  if (!entry) throw new Error('the way has left no entry');
  deps.stored.entries[0] = { ...entry, message: 'Nothing happened.' };
  await appendSealed(deps, [deps.stored.entries[0]], { approvalId: 'a' });
  await anchorAudit(deps);
  return [deps, await standingBadly(), await worseApp()].flatMap(logLinesOf);
}

/**
 * Requests to Azure during the handling of an event: one that is answered, one that is refused, one without an answer.
 */
async function linesOfRequests(): Promise<LogLine[]> {
  const statuses = [200, 403];
  const { options, lines: written } = optionsAnswering(() => {
    const status = statuses.shift();
    if (status === undefined) throw new Error('reset');
    return { status, headers: { 'x-ms-request-id': 'r', 'x-ms-correlation-request-id': 'c' }, body: {} };
  });
  const event = { id: 'e', receivedAt: '2026-03-01T12:00:00.000Z' };
  await withLogContext(logContextOf({ resource: SHOP, cause: 'event', event, attempt: 0 }), async () => {
    const arm = createArm(options);
    for (let n = 0; n < 3; n += 1) await arm.read(resource(SHOP), ['resource']);
  });
  const form = z.looseObject({ level: z.string(), message: z.string() });
  return written.map((line) => {
    const { level, message, ...fields } = form.parse(JSON.parse(line));
    return { level, message, fields };
  });
}

/** An app that is ill since its fix. */
async function worseApp(): Promise<FakeDeps> {
  const deps = fakeDeps();
  seedWebApp(deps.arm, { config: { minTlsVersion: '1.0' } });
  deps.health.state = () =>
    deps.arm.writes.length === 1 ? { condition: 'ill', text: 'ill' } : { condition: 'good', text: 'good' };
  await deliverAndSettle(createHost(deps), 'first', SHOP);
  return deps;
}

/** A stopped service, a stopped scope and a stopped roll-out, with an approval, a dead letter and a message that is not handled. */
async function standingBadly(): Promise<FakeDeps> {
  const deps = fakeDeps();
  seedWebApp(deps.arm, RISKY);
  await deliverAndSettle(createHost(deps), 'first', SHOP);
  const requestedAt = pending(deps).requestedAt;
  deps.clock.advanceTo(new Date(Date.parse(requestedAt) + 90_000_000));
  const stopped = { reason: 'It is night.' };
  const scopes = [{ scope: '/subscriptions/11111111-2222-3333-4444-555555555555', stopped }];
  storeSettings(deps, { stopped, scopes, rollout: { stages: [1], bakeMinutes: 0 } });
  const at = deps.clock.now();
  const start = { rule: 'r', scope: '/', except: [], stages: [1, '100%'], bakeMinutes: 0, isEvaluated: true };
  const rolledOut = waitingRollout(start, { id: 'r', revision: 1, at: at.toISOString(), actor: { type: 'service' } });
  await deps.rollouts.save({ ...rolledOut, status: 'stopped' }, null);
  await deps.deadLetters.record('key', { queue: 'q', message: '{}', resource: null, at: at.toISOString() });
  const oldestAt = new Date(at.getTime() - 4_000_000).toISOString();
  const left = { 's subscription-reads': { requests: 9, at: at.toISOString() } };
  await logMetrics(deps, {
    readQueues: async () => [{ name: 'plumbline-reconcile', messages: 3, oldestAt }],
    readCounters: async () => ({ counts: {}, remaining: left }),
  });
  return deps;
}
