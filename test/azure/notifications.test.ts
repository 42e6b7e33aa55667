// What is published to the notification topic, over the real Event Grid client with prepared answers.

import { generateKeyPairSync } from 'node:crypto';
import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createLog } from '../../src/app/log.ts';
import { createNotifications, publishingAuditLog } from '../../src/azure/notifications.ts';
import {
  type AuditEntry,
  type AuditKind,
  type AuditRecord,
  chainEntry,
  emptyHead,
} from '../../src/domain/audit/audit.ts';
import type { AuditLog } from '../../src/workflows/ports/audit.ts';
import type { Notification } from '../../src/workflows/ports/runtime.ts';

const ENDPOINT = 'https://plumbline.westeurope-1.eventgrid.azure.net/api/events';

describe('notifications', () => {
  test('an outcome is published as a CloudEvent under the id of its entry, with the changed leaves only', async () => {
    const topic = topicAnswering(200);
    await topic.audit.append([record('fix.applied')]);
    const [sent] = topic.requests;
    expect([sent?.method, sent?.url]).toEqual(['POST', expect.stringContaining(ENDPOINT)]);
    expect(sent?.headers.get('authorization')).toBe('Bearer topic-token');
    expect(sent?.headers.get('content-type')).toContain('application/cloudevents-batch+json');
    const [event] = z.array(z.looseObject({ data: z.looseObject({}) })).parse(JSON.parse(String(sent?.body)));
    expect(event).toMatchObject({
      id: 'record-fix.applied',
      specversion: '1.0',
      type: 'Plumbline.fix.applied',
      source: '/plumbline',
      subject: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/shop',
      data: { rule: 'webapp-min-tls', changes: [{ path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }] },
    });
    expect(Object.keys(event?.data ?? {})).not.toContain('signature');
  });

  test('an intent is not published, so that nothing delays the write after it', async () => {
    const topic = topicAnswering(200);
    await topic.audit.append([record('fix.intended')]);
    expect(topic.requests).toEqual([]);
  });

  test.each([500, 403, 'unreachable'] as const)(
    'a topic that answers %s is logged and does not fail the append',
    async (answer) => {
      const topic = topicAnswering(answer);
      const entries = await topic.audit.append([record('fix.applied')]);
      expect(entries.map(({ id }) => id)).toEqual(['record-fix.applied']);
      expect(topic.requests).toHaveLength(1);
      expect(topic.lines.join()).toContain('could not publish to the notification topic');
      expect(topic.lines.join()).not.toMatch(/topic-token|planted/);
    },
  );

  test('a notification is published under its id, and a topic that does not answer fails nothing', async () => {
    const notification: Notification = {
      id: 'budget-s-2026-03-01T12:00:00.000Z',
      kind: 'budget.held',
      at: '2026-03-01T12:00:00.000Z',
      subject: '/subscriptions/s',
      message: 'Further ones are held.',
    };
    const topic = topicAnswering(200);
    await topic.notices.publish(notification);
    const [event] = z.array(z.looseObject({})).parse(JSON.parse(String(topic.requests[0]?.body)));
    expect(event).toMatchObject({
      ...{ id: notification.id, type: 'Plumbline.budget.held', source: '/plumbline', subject: notification.subject },
      ...{ time: notification.at, data: notification },
    });
    const silent = topicAnswering('unreachable');
    await silent.notices.publish(notification);
    expect(silent.lines.join()).toContain(notification.id);
    await createNotifications(null).publish(notification);
  });

  test('nothing is published when the append fails', async () => {
    const topic = topicAnswering(200);
    topic.fail();
    await expect(topic.audit.append([record('fix.applied')])).rejects.toThrow('no log');
    expect(topic.requests).toEqual([]);
  });
});

function topicAnswering(status: number | 'unreachable') {
  const requests: PipelineRequest[] = [];
  const lines: string[] = [];
  let failing = false;
  const httpClient: HttpClient = {
    async sendRequest(request) {
      requests.push(request);
      if (status === 'unreachable') throw new Error('connect ECONNREFUSED https://ada:planted@proxy');
      return { request, status, headers: createHttpHeaders() };
    },
  };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const log: Pick<AuditLog, 'append'> = {
    async append(records): Promise<AuditEntry[]> {
      if (failing) throw new Error('no log');
      return records.map((one) => chainEntry(one, emptyHead('00'), { id: 'k1', privateKey, publicKey }));
    },
  };
  const credential = { getToken: async () => ({ token: 'topic-token', expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const options = {
    endpoint: ENDPOINT,
    credential,
    httpClient,
    log: createLog('debug', { write: (line: string) => void lines.push(line) }),
  };
  return {
    audit: publishingAuditLog(log, options),
    notices: createNotifications(options),
    requests,
    lines,
    fail: () => {
      failing = true;
    },
  };
}

function record(kind: AuditKind): AuditRecord {
  return {
    id: `record-${kind}`,
    at: '2026-03-01T12:00:00.000Z',
    kind,
    resource: {
      id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/shop',
      type: 'Microsoft.Web/sites',
      name: 'shop',
    },
    rule: 'webapp-min-tls',
    mode: 'autofix',
    operationId: 'o',
    approvalId: null,
    actor: { type: 'service' },
    trigger: null,
    changes: [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }],
    alsoMoved: [],
    reasons: [],
    arm: null,
    message: 'Written and verified.',
  };
}
