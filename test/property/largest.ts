/** The largest accepted values of everything that users, attackers and Azure can make long. */

import type { StoredAttempt } from '../../src/domain/approvals/attempt.ts';
import type { Change } from '../../src/domain/changes/change.ts';
import { DOCUMENTS } from '../../src/domain/resources/documents.ts';
import { parseEvent } from '../../src/domain/resources/event.ts';
import type { JsonObject } from '../../src/domain/resources/json.ts';
import {
  MAX_FIX_SIZE,
  MAX_FIXES_SIZE,
  MAX_HISTORY_TIMES,
  MAX_SENTENCE,
  serializedSize,
  truncateText,
} from '../../src/domain/resources/limits.ts';
import { REASON_CODES, type Reason } from '../../src/domain/resources/reasons.ts';
import type { Resource } from '../../src/domain/resources/resource.ts';
import { MAX_WRITERS, mergeWriters, writerOf } from '../../src/domain/resources/writers.ts';
import { MAX_FIX_TIMES } from '../../src/domain/rules/history.ts';
import { rules } from '../../src/rules/index.ts';
import type { StoredEvent } from '../../src/workflows/ports/events.ts';
import type { ResourceState } from '../../src/workflows/ports/resource-states.ts';
import { event, finding, memory, time } from '../storage/samples.ts';

/** An event with everything as long as its sender can make it. */
export function forged(resource: Resource, letter: string, nth = 0): JsonObject {
  const long = letter.repeat(5000);
  return {
    id: `${nth}${long}`,
    subject: resource.id,
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    eventTime: long,
    data: {
      correlationId: letter.repeat(128),
      operationName: letter.repeat(256),
      claims: { oid: `${nth}`.padStart(20, '0') + letter.repeat(108), upn: long, appid: long },
    },
  };
}

/** As the service stores it. */
export function forgedEvent(resource: Resource, letter: string, nth = 0): StoredEvent {
  const received = parseEvent(forged(resource, letter, nth));
  if (received.kind !== 'change') throw new Error('an event was lost');
  const auditIds = Array.from({ length: 200 }, () => 'f'.repeat(32));
  return { ...event('e', resource), event: received.event, auditIds, reasons: reasonsOf(letter) };
}

export function heavy(letter: string, weight: number): Change {
  const from = letter.repeat(Math.floor((weight - 120) / (serializedSize(letter) - 2)));
  return { document: 'config/web', path: '/properties/cors/allowedOrigins', from, to: null };
}

export function reasonsOf(letter: string): Reason[] {
  return REASON_CODES.map((code) => ({ code, text: truncateText(letter.repeat(5000), MAX_SENTENCE) }));
}

/**
 * Every rule of a kind violated by the largest change and with every constraint, and the rest of the state at its
 * largest.
 */
export function fullMemory(resource: Resource, letter: string): ResourceState {
  const own = rules.filter(({ kind }) => kind === resource.kind);
  const reasons = reasonsOf(letter).slice(0, 18);
  const held = { at: 'report', until: time(0), ifLifted: 'report' } as const;
  const findings = own.map((rule) =>
    finding(resource, rule.id, {
      title: rule.title,
      references: rule.references,
      reason: reasons[0]?.text ?? '',
      changes: [heavy(letter, MAX_FIXES_SIZE / own.length)],
      decision: {
        ...{ action: 'report', until: time(0), reasons, approvalId: 'a'.repeat(22) },
        ceilings: reasons.map(({ code }) => ({ code, ...held })),
      },
    }),
  );
  const declined = Array.from({ length: 1000 }, (_, nth) => [
    `sha256:${`${nth}`.padStart(64, '0')}`,
    { status: 'rejected', at: time(nth), until: time(nth), byChanger: true } as const,
  ]);
  const ofRules = <T>(value: T) => Object.fromEntries(own.map(({ id }) => [id, value]));
  return memory(resource, {
    ...{ evaluatedAt: time(0), fullyEvaluatedAt: time(0), recheckAt: time(0), trigger: triggerOf(resource, letter) },
    findings,
    documents: DOCUMENTS.filter(({ kinds }) => kinds.includes(resource.kind)).map(({ name }) => ({
      ...{ name, status: 'failed' },
      detail: reasons[0]?.text ?? '',
    })),
    ...fullWriters(letter),
    compliantAt: ofRules(time(0)),
    unattributedSince: ofRules(time(0)),
    beforeFix: ofRules({ compliantAt: time(0), unattributed: true }),
    history: ofRules({
      fixedAt: Array.from({ length: Math.min(MAX_FIX_TIMES, MAX_HISTORY_TIMES) }, (_, second) => time(second)),
      failedAt: Array.from({ length: 10 }, (_, second) => time(second)),
      alsoMovedAt: time(0),
    }),
    openApprovals: Array.from({ length: 200 }, (_, nth) => `a${nth}`.padEnd(22, 'a')),
    declined: Object.fromEntries(declined),
    attempts: [1, 2, 3, 4].map((nth) => fullAttempt(letter, nth)),
  });
}

/** More callers than are stored, each with the longest name and ids. */
function fullWriters(letter: string): Pick<ResourceState, 'writers' | 'writersTruncatedAt'> {
  const long = cutTo(letter, 96, '');
  const name = letter.repeat(400);
  const seen = Array.from({ length: MAX_WRITERS + 50 }, (_, nth) => {
    const objectId = cutTo(letter, 64, `${nth}-`);
    const ids = { eventId: long, correlationId: long };
    const writer = writerOf({ objectId, name, type: 'user' }, { at: time(nth), source: 'activity-log', ...ids });
    if (!writer) throw new Error('a writer was lost');
    return writer;
  });
  return mergeWriters({ writers: [], writersTruncatedAt: time(0) }, seen);
}

/** As many of the letter as have this size after the given text. */
function cutTo(letter: string, weight: number, first: string): string {
  return first + letter.repeat(Math.floor((weight - first.length) / (serializedSize(letter) - 2)));
}

function triggerOf(resource: Resource, letter: string) {
  const { id, operation, changedBy, correlationId } = forgedEvent(resource, letter).event;
  return {
    ...{ type: 'event' as const, eventId: id, operation },
    ...(changedBy === null ? {} : { changedBy }),
    ...(correlationId === null ? {} : { correlationId }),
  };
}

function fullAttempt(letter: string, nth: number): StoredAttempt {
  return {
    operationId: `${nth}`.padEnd(36, '0'),
    operationUrls: ['https://management.azure.com/'.padEnd(2000, 'x')],
    rule: { id: 'r'.repeat(60), version: 1 },
    ...{ purpose: 'fix', digest: `sha256:${nth}`, approvalId: 'a'.repeat(22) },
    ...{ changes: [heavy(letter, MAX_FIX_SIZE)], number: 9, status: 'blocked' },
  };
}
