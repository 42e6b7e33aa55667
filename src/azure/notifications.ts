/**
 * Publishes new entries of the audit log and other notifications to an Event Grid custom topic (CloudEvents 1.0), for chats,
 * tickets and pagers. The log is the record: an entry is published after it is in the log, perhaps twice (the event has the id
 * of the entry), and a topic that does not answer blocks nothing.
 */

import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import type { AuditEntry } from '../domain/audit/audit.ts';
import type { AuditLog } from '../workflows/ports/audit.ts';
import type { Log, Notification, Notifications } from '../workflows/ports/runtime.ts';
import { transientFailureOf } from './errors.ts';

export interface TopicOptions {
  /** URL of the topic, e.g. `https://plumbline.westeurope-1.eventgrid.azure.net/api/events`. */
  readonly endpoint: string;
  readonly credential: TokenCredential;
  readonly log: Log;
  readonly httpClient?: HttpClient;
}

const TIMEOUT_MILLISECONDS = 5000;

/** The same log, with new entries published to the topic. */
export function publishingAuditLog<L extends Pick<AuditLog, 'append'>>(audit: L, options: TopicOptions): L {
  const publish = createPublisher(options);
  return {
    ...audit,
    async append(records: Parameters<L['append']>[0], receipts: Parameters<L['append']>[1]) {
      const entries = await audit.append(records, receipts);
      // An intent is followed by its outcome within seconds, and publishing it would delay the write.
      const published = entries.filter(({ kind }) => !kind.endsWith('.intended'));
      if (published.length > 0) await publish(published.map(eventOf));
      return entries;
    },
  };
}

/** Publishes notifications to the same topic; without a topic it does nothing. */
export function createNotifications(options: TopicOptions | null): Notifications {
  if (options === null) return { publish: async () => {} };
  const publish = createPublisher(options);
  return { publish: (notification) => publish([eventOfNotification(notification)]) };
}

function createPublisher({ endpoint, credential, log, httpClient }: TopicOptions) {
  let client: Promise<Sender> | undefined;
  return async (events: readonly TopicEvent[]): Promise<void> => {
    try {
      client ??= createEventSender(endpoint, credential, httpClient);
      const { send } = await client;
      await send([...events], { abortSignal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
    } catch (error) {
      const { code, message } = transientFailureOf(error);
      log.warn(
        { ids: events.map(({ id }) => id), reason: `${code}: ${message}` },
        'could not publish to the notification topic',
      );
    }
  };
}

interface TopicEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: Date;
  readonly data: object;
}

interface Sender {
  send(events: TopicEvent[], options: { abortSignal: AbortSignal }): Promise<void>;
}

/** The library is loaded with the first notification only. */
async function createEventSender(
  endpoint: string,
  credential: TokenCredential,
  httpClient?: HttpClient,
): Promise<Sender> {
  const { EventGridPublisherClient } = await import('@azure/eventgrid');
  const options = { retryOptions: { maxRetries: 0 }, ...(httpClient ? { httpClient } : {}) };
  const client = new EventGridPublisherClient(endpoint, 'CloudEvent', credential, options);
  return { send: (events, sending) => client.send(events, sending) };
}

/** The event of an entry: changed properties and reasons, never a document. */
function eventOf(entry: AuditEntry): TopicEvent {
  const { id, at, kind, resource, rule, mode, operationId, approvalId, actor, changes, alsoMoved, reasons, message } =
    entry;
  const data = { id, kind, resource, rule, mode, operationId, approvalId, actor, changes, alsoMoved, reasons, message };
  return topicEvent({ id, kind, at }, resource?.id ?? '/plumbline/settings', data);
}

function eventOfNotification({ id, kind, at, subject, message }: Notification): TopicEvent {
  return topicEvent({ id, kind, at }, subject, { id, kind, at, subject, message });
}

function topicEvent(
  { id, kind, at }: { readonly id: string; readonly kind: string; readonly at: string },
  subject: string,
  data: TopicEvent['data'],
): TopicEvent {
  return { id, type: `Plumbline.${kind}`, source: '/plumbline', subject, time: new Date(at), data };
}
