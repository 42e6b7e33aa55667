/** The log can be searched by the id of an event, an operation or an approval: each line has its ids. */
import { describe, expect, it, test } from 'vitest';
import { type LogLine, logOf, scenarioCalled } from '../../fakes/scenarios/log-lines.ts';
import { SCENARIOS } from '../../fakes/scenarios/scenarios.ts';

/** By message, or by the kind of the record: the fields of every such line. */
const CARRIES: Readonly<Record<string, readonly string[]>> = {
  'Event Grid lost a change': ['eventId', 'correlationId', 'resource', 'operation'],
  'resources listed': ['sweep', 'index', 'of', 'queued'],
  'event received': ['eventId', 'correlationId', 'resource', 'operation', 'changedBy'],
  'event delivered again; it has its outcome': ['eventId', 'correlationId', 'resource', 'outcome'],
  'event stored for slots': ['eventId', 'correlationId', 'resource', 'slots'],
  'event concluded': ['eventId', 'resource', 'outcome'],
  evaluated: ['resource', 'mode', 'verdicts', 'actions', 'milliseconds'],
  decided: ['resource', 'rule', 'action', 'reasons'],
  writing: ['resource', 'document', 'operationId', 'method'],
  'write refused': ['resource', 'document', 'operationId', 'kind', 'code'],
  'fix.applied': ['auditId', 'kind', 'resource', 'rule', 'operationId', 'changes'],
  'fix.failed': ['auditId', 'kind', 'resource', 'rule', 'operationId', 'changes'],
  'fix.blocked': ['auditId', 'kind', 'resource', 'rule', 'operationId', 'changes'],
  'fix.unknown': ['auditId', 'kind', 'resource', 'rule', 'operationId', 'changes'],
  'rollback.applied': ['auditId', 'kind', 'resource', 'rule', 'operationId', 'approvalId', 'changes'],
  'approval.requested': ['auditId', 'kind', 'resource', 'rule', 'approvalId', 'changes'],
  'approval.cleared': ['auditId', 'kind', 'resource', 'rule', 'approvalId', 'changes'],
  'approval.expired': ['auditId', 'kind', 'resource', 'rule', 'approvalId', 'changes'],
  'approval.superseded': ['auditId', 'kind', 'resource', 'rule', 'approvalId', 'changes'],
  'approval approved': ['approvalId', 'resource', 'rule', 'by'],
  'approval rejected': ['approvalId', 'resource', 'rule', 'by'],
  'rollback requested': ['approvalId', 'resource', 'rule', 'by'],
  'resource gone': ['resource'],
  'message dead-lettered': ['queue', 'resource', 'eventId'],
  'dead letter redriven': ['deadLetter', 'resource', 'queue'],
  'exemption created': ['exemption', 'rule', 'scope', 'by'],
  'exemption ended: resource requeued': ['resource', 'exemption'],
  'held resource requeued': ['resource'],
  'health gate requeued': ['resource', 'gate'],
  'health gate ended': ['resource', 'gate', 'status', 'why'],
  'wake-up due': ['resource', 'why'],
  'sweep begun': ['sweep', 'subscriptionId'],
  'scan begun': ['sweep', 'scope'],
  'resource page listed': ['sweep', 'listed', 'unlisted'],
  'settings changed': ['revision', 'mode', 'by'],
  'Azure throttles; the subscription slows down': ['subscriptionId', 'until'],
  'automatic fixes held': ['resource', 'subscriptionId', 'since', 'limit'],
  'audit log anchored': ['anchor', 'hash', 'entries', 'complete'],
};

/** Walked once, by the first test that asks. */
let walking: Promise<Awaited<ReturnType<typeof logOf>>[]> | undefined;
async function walked() {
  walking ??= Promise.all(SCENARIOS.map(logOf));
  return walking;
}
async function allLines(): Promise<readonly LogLine[]> {
  return (await walked()).flatMap((one) => one.lines);
}

describe('every line of a scenario has its ids', () => {
  it('and every line is in the table', async () => {
    const names = (await allLines()).map(nameOf);
    expect(names.length).toBeGreaterThan(100);
    const unsaid = names.filter((name) => !CARRIES[name]);
    expect(unsaid, 'say in the table what this line carries').toEqual([]);
  });

  test.each(Object.entries(CARRIES))('%s', async (name, wanted) => {
    for (const { fields } of (await allLines()).filter((line) => nameOf(line) === name)) {
      expect(wanted.filter((field) => fields[field] === undefined || fields[field] === null)).toEqual([]);
    }
  });

  it('a line with an event id has its correlation id, except for dead letters', async () => {
    const halves = (await allLines()).filter(({ fields }) => fields.eventId && !fields.correlationId);
    expect(new Set(halves.map(({ message, fields }) => `${message} ${fields.outcome ?? ''}`.trim()))).toEqual(
      new Set(['message dead-lettered', 'event concluded dead']),
    );
  });
});

describe('an event is followed to its fix by ids only', () => {
  it('from its receipt to its outcome, through every request and every record', async () => {
    const { lines: found, deps } = await logOf(scenarioCalled('a fix of two documents'));
    const [event] = deps.stored.events;
    const ids = { eventId: event?.event.id, correlationId: event?.event.correlationId };
    expect(ids).toEqual({ eventId: 'first', correlationId: expect.stringMatching(/./) });
    // A gate is followed by its id, which is the operation.
    const ours = found.filter(({ message, fields }) => message !== 'wake-up due' && fields.gate === undefined);
    expect(ours.filter(({ fields }) => fields.eventId !== ids.eventId)).toEqual([]);
    expect(ours.filter(({ fields }) => fields.correlationId !== ids.correlationId)).toEqual([]);
    const [intent] = deps.stored.entries.filter(({ kind }) => kind === 'fix.intended');
    const ofFix = found.filter((line) => ['writing', 'fix.applied'].includes(nameOf(line)));
    expect(ofFix.length).toBeGreaterThan(2);
    expect(new Set(ofFix.map(({ fields }) => fields.operationId))).toEqual(new Set([intent?.operationId]));
  });

  it('one line for each outcome in the audit log, with its entry id', async () => {
    for (const { lines: found, deps } of await walked()) {
      const logged = new Set(found.map(({ fields }) => fields.auditId));
      const ends = deps.stored.entries.filter(({ kind }) => /^(fix|rollback)\.(applied|failed|blocked)$/.test(kind));
      expect(ends.filter(({ id }) => !logged.has(id)).map(({ kind }) => kind)).toEqual([]);
    }
  });

  it('the duration of a fix is counted from the receipt of its event, and only without an approval', async () => {
    const { lines: found } = await logOf(scenarioCalled('an approval, beside a fix'));
    const fixes = found.filter((line) => nameOf(line) === 'fix.applied');
    const approvedFixes = fixes.filter(({ fields }) => fields.approvalId !== null);
    expect(approvedFixes).toHaveLength(1);
    expect(approvedFixes.map(({ fields }) => fields.secondsFromEvent)).toEqual([undefined]);
    // The settle delay, because the clock does not move during the work.
    expect(fixes.filter((one) => !approvedFixes.includes(one)).map(({ fields }) => fields.secondsFromEvent)).toEqual([
      30,
    ]);
  });
});

/** Records have different sentences as messages: they are recognised by their kind. */
function nameOf({ fields, message }: LogLine): string {
  if (typeof fields.auditId === 'string') return String(fields.kind);
  return message.startsWith('The limit of ') ? 'automatic fixes held' : message;
}
