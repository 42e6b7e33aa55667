import { QueueClient } from '@azure/storage-queue';
import { describe, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import { deadLetterAnswer } from '../../../src/api/endpoints/dead-letters.ts';
import { exemptionAnswer, listedExemption } from '../../../src/api/endpoints/exemptions.ts';
import * as posture from '../../../src/api/endpoints/findings/schemas.ts';
import { staff } from '../fixtures/callers.ts';
import { insecure, rightWebApp } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada } = people;
const ending = rightWebApp('ending');
const returned = rightWebApp('returned', { web: { remoteDebuggingEnabled: true } });
const poisoned = rightWebApp('poisoned');

const plumbline = usePlumbline({
  resources: [ending, returned, poisoned],
  environment: { PLUMBLINE_SETTLE_SECONDS: '3' },
});
const operator = () => plumbline.as(staff.operator, 'Operator');
const reader = () => plumbline.as(staff.reader, 'Reader');

async function exempt(scope: string, rule: string, expires: Date): Promise<string> {
  const body = {
    scope,
    rule,
    owner: 'Team Shop',
    reason: 'a migration',
    ticket: 'S-7',
    expires: expires.toISOString(),
  };
  const answer = await operator().ask('POST', '/exemptions', { body });
  expect(answer.statusAndCode).toBe('201');
  return exemptionAnswer.parse(answer.body).id;
}

const later = (seconds: number) => new Date(Date.now() + seconds * 1000);

describe('an exempt app is not fixed', () => {
  test('until the exemption ends, and then housekeeping has it fixed without an event', async () => {
    const end = later(20);
    await exempt(ending.id.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'), 'webapp-https-only', end);
    const event = await plumbline.outcomeOf(await plumbline.change(ada, ending.id, 'resource', insecure));
    expect([event.outcome, event.reasons.map(({ code }) => code)]).toEqual(['evaluated', ['evaluated', 'exempt']]);
    const finding = (await plumbline.findings(ending.id)).get('webapp-https-only');
    expect(finding).toMatchObject({ verdict: 'violation', decision: { action: 'exempt', until: end.toISOString() } });
    expect(finding?.decision?.reasons[0]?.text).toContain('a migration (Team Shop, S-7)');
    await plumbline.housekeep();
    expect(plumbline.writes(ending.id)).toEqual([]);

    await eventually('the end of the exemption', () => Date.now() > end.getTime());
    await plumbline.housekeep();
    await eventually('the fix', () => expect(plumbline.writes(ending.id)).toEqual(['PATCH resource']) ?? true);
    await plumbline.atRest(ending.id);
    expect((await plumbline.audit(ending.id)).map(({ kind }) => kind)).toEqual([
      ...['exemption.created', 'exemption.ended', 'fix.intended', 'fix.applied'],
    ]);
    expect((await reader().list('/exemptions', listedExemption)).map(({ scope }) => scope.toLowerCase())).toEqual([]);
  });

  test('and its approval is requested again when the exemption is removed', async () => {
    await plumbline.outcomeOf(await plumbline.change(ada, returned.id, 'resource', { tags: { touched: 'yes' } }));
    const { id: approval } = await plumbline.pending(returned.id, 'webapp-remote-debugging');
    const id = await exempt(returned.id.split('/providers')[0] ?? '', 'webapp-remote-debugging', later(3600));
    const cleared = await eventually('the clearing of the approval', async () => {
      const found = await reader().get(`/approvals/${approval}`, approvalAnswer);
      return found.status === 'cleared' && found;
    });
    expect(cleared.reasons.map(({ code }) => code)).toEqual(['exempt']);

    expect((await plumbline.as(staff.approver, 'Approver').ask('DELETE', `/exemptions/${id}`)).statusAndCode).toBe(
      '403 forbidden',
    );
    expect((await operator().ask('DELETE', `/exemptions/${id}`)).statusAndCode).toBe('204');
    expect((await operator().ask('DELETE', `/exemptions/${id}`)).statusAndCode).toBe('404 not-found');
    await plumbline.housekeep();
    expect((await plumbline.pending(returned.id, 'webapp-remote-debugging')).id).not.toBe(approval);
    expect(plumbline.writes(returned.id)).toEqual([]);
  });
});

describe('guarantee 1: a message that was given up', () => {
  test('is a dead letter with its event; after the release the event has its outcome and the app is fixed', async () => {
    const { connectionString } = plumbline.dev.storage;
    const event = await plumbline.change(ada, poisoned.id, 'resource', insecure);
    const explain = () => reader().ask('GET', `/explain?event=${event}`);
    const { receivedAt } = await eventually('the event', async () => {
      const { status, body } = await explain();
      return status === 200 && posture.explainedEvent.parse(body);
    });
    // What the platform does with a message after its last try.
    const message = { resource: poisoned.id, cause: 'event', event: { id: event, receivedAt }, attempt: 3 };
    await new QueueClient(connectionString, 'plumbline-reconcile').clearMessages();
    const poison = new QueueClient(connectionString, 'plumbline-reconcile-poison');
    await poison.createIfNotExists();
    await poison.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));

    expect((await plumbline.outcomeOf(event)).outcome).toBe('dead');
    expect(plumbline.writes(poisoned.id)).toEqual([]);
    const [letter, ...more] = await reader().list('/deadletters', deadLetterAnswer);
    expect([letter?.event, letter?.resource?.id, letter?.message, more]).toEqual([
      { id: event },
      poisoned.id,
      message,
      [],
    ]);

    const release = `/deadletters/${letter?.id}/release`;
    expect((await plumbline.as(staff.reader, 'Reader').ask('POST', release)).statusAndCode).toBe('403 forbidden');
    const released = await operator().ask('POST', release);
    expect([released.statusAndCode, released.body]).toEqual(['202', '']);
    expect((await plumbline.outcomeOf(event)).outcome).toBe('evaluated');
    expect(plumbline.writes(poisoned.id)).toEqual(['PATCH resource']);
    expect((await operator().ask('POST', release)).statusAndCode).toBe('202');
    expect((await operator().ask('POST', '/deadletters/unknown/release')).statusAndCode).toBe('404 not-found');
    expect(await reader().list('/deadletters', deadLetterAnswer)).toEqual([]);
  });
});
