/** What happened is found in the log by the id of the event, of the operation, of the approval: each line carries its ids. */
import { describe, expect, it, test } from 'vitest';
import { type LogLine, logOf, scenarioCalled } from '../../fakes/scenarios/log-lines.ts';
import { SCENARIOS } from '../../fakes/scenarios/scenarios.ts';

/** By message, or by the kind of its fact: what every such line carries. */
const CARRIES: Readonly<Record<string, readonly string[]>> = {
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
  'wake-up due': ['resource', 'why'],
  'sweep begun': ['sweep', 'subscriptionId'],
  'scan begun': ['sweep', 'scope'],
  'resource page listed': ['sweep', 'listed', 'unlisted'],
  'settings changed': ['revision', 'mode', 'by'],
  'Azure throttles; the subscription slows down': ['subscriptionId', 'until'],
  'automatic fixes held': ['resource', 'subscriptionId', 'since', 'limit'],
  'audit log anchored': ['anchor', 'hash', 'entries', 'complete'],
};

const walked = await Promise.all(SCENARIOS.map(logOf));
const lines = walked.flatMap((one) => one.lines);

describe('every line of a walked way carries its ids', () => {
  test.each([...new Set(lines.map(nameOf))].sort())('%s', (name) => {
    const wanted = CARRIES[name] ?? [];
    expect(wanted, 'say in the table what this line carries').not.toEqual([]);
    for (const { fields } of lines.filter((line) => nameOf(line) === name)) {
      expect(wanted.filter((field) => fields[field] === undefined || fields[field] === null)).toEqual([]);
    }
  });

  it('and who knows the event knows what caused it as well, but for a message that was given up', () => {
    const halves = lines.filter(({ fields }) => fields.eventId && !fields.correlationId);
    expect(new Set(halves.map(({ message, fields }) => `${message} ${fields.outcome ?? ''}`.trim()))).toEqual(
      new Set(['message dead-lettered', 'event concluded dead']),
    );
  });
});

describe('an event is followed to its fix by ids alone', () => {
  it('from its receipt to its outcome, through every request and every fact', async () => {
    const { lines: told, world } = await logOf(scenarioCalled('a fix of two documents'));
    const [event] = world.stored.events;
    const ids = { eventId: event?.event.id, correlationId: event?.event.correlationId };
    expect(ids).toEqual({ eventId: 'first', correlationId: expect.stringMatching(/./) });
    const ours = told.filter(({ message }) => message !== 'wake-up due');
    expect(ours.filter(({ fields }) => fields.eventId !== ids.eventId)).toEqual([]);
    expect(ours.filter(({ fields }) => fields.correlationId !== ids.correlationId)).toEqual([]);
    const [intent] = world.stored.entries.filter(({ kind }) => kind === 'fix.intended');
    const ofFix = told.filter((line) => ['writing', 'fix.applied'].includes(nameOf(line)));
    expect(ofFix.length).toBeGreaterThan(2);
    expect(new Set(ofFix.map(({ fields }) => fields.operationId))).toEqual(new Set([intent?.operationId]));
  });

  it('one line of the log for each outcome in the audit log, by its id', () => {
    for (const { lines: told, world } of walked) {
      const logged = new Set(told.map(({ fields }) => fields.auditId));
      const ends = world.stored.entries.filter(({ kind }) => /^(fix|rollback)\.(applied|failed|blocked)$/.test(kind));
      expect(ends.filter(({ id }) => !logged.has(id)).map(({ kind }) => kind)).toEqual([]);
    }
  });

  it('how long a fix took is counted from the receipt of its event, and only where no person decided it', async () => {
    const { lines: told } = await logOf(scenarioCalled('an approval, beside a fix'));
    const fixes = told.filter((line) => nameOf(line) === 'fix.applied');
    const people = fixes.filter(({ fields }) => fields.approvalId !== null);
    expect(people).toHaveLength(1);
    expect(people.map(({ fields }) => fields.secondsFromEvent)).toEqual([undefined]);
    // The settle delay, and no clock moves while it works.
    expect(fixes.filter((one) => !people.includes(one)).map(({ fields }) => fields.secondsFromEvent)).toEqual([30]);
  });
});

/** Facts are told in sentences, each a different one: they are known by their kind. */
function nameOf({ fields, message }: LogLine): string {
  if (typeof fields.auditId === 'string') return String(fields.kind);
  return message.startsWith('The limit of ') ? 'automatic fixes held' : message;
}
