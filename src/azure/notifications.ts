/**
 * Tells an Event Grid custom topic (CloudEvents 1.0) what enters the audit log, and what people should know beside it, for
 * chats, tickets and pagers. The log is the record, this is only its bell: an entry is told after it is in the log, perhaps
 * twice (its id is the event's), and a topic that does not answer hinders nothing.
 */
import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import type { AuditEntry } from '../domain/audit.ts';
import type { AuditLog, Log, Notice, Notices } from '../workflows/ports.ts';
import { failureOfError } from './errors.ts';

export interface TopicOptions {
  /** URL of the topic, e.g. `https://plumbline.westeurope-1.eventgrid.azure.net/api/events`. */
  readonly endpoint: string;
  readonly credential: TokenCredential;
  readonly log: Log;
  readonly httpClient?: HttpClient;
}

const GIVE_UP_MILLISECONDS = 5000;

/** The same log, whose new entries are told to the topic. */
export function tellingTopic<L extends Pick<AuditLog, 'append'>>(audit: L, options: TopicOptions): L {
  const publish = createPublisher(options);
  return {
    ...audit,
    async append(facts: Parameters<L['append']>[0]) {
      const entries = await audit.append(facts);
      // The intent is followed by its outcome within seconds, and nothing may stand between it and the write.
      const told = entries.filter(({ kind }) => !kind.endsWith('.intended'));
      if (told.length > 0) await publish(told.map(eventOf));
      return entries;
    },
  };
}

/** Notices to the same topic; without one nobody is told. */
export function noticesTo(options: TopicOptions | null): Notices {
  if (options === null) return { tell: async () => {} };
  const publish = createPublisher(options);
  return { tell: (notice) => publish([eventOfNotice(notice)]) };
}

function createPublisher({ endpoint, credential, log, httpClient }: TopicOptions) {
  let client: Promise<Sender> | undefined;
  return async (events: readonly TopicEvent[]): Promise<void> => {
    try {
      client ??= connect(endpoint, credential, httpClient);
      const { send } = await client;
      await send([...events], { abortSignal: AbortSignal.timeout(GIVE_UP_MILLISECONDS) });
    } catch (error) {
      const { code, message } = failureOfError(error);
      log.warn(
        { ids: events.map(({ id }) => id), reason: `${code}: ${message}` },
        'the notification topic was not told',
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
async function connect(endpoint: string, credential: TokenCredential, httpClient?: HttpClient): Promise<Sender> {
  const { EventGridPublisherClient } = await import('@azure/eventgrid');
  const options = { retryOptions: { maxRetries: 0 }, ...(httpClient ? { httpClient } : {}) };
  const client = new EventGridPublisherClient(endpoint, 'CloudEvent', credential, options);
  return { send: (events, sending) => client.send(events, sending) };
}

/** What a notification says: changed leaves and reasons, never a document. */
function eventOf(entry: AuditEntry): TopicEvent {
  const { id, at, kind, resource, rule, mode, operationId, approvalId, actor, changes, alsoMoved, reasons, message } =
    entry;
  return {
    id,
    type: `Plumbline.${kind}`,
    source: '/plumbline',
    subject: resource?.id ?? '/plumbline/settings',
    time: new Date(at),
    data: { id, kind, resource, rule, mode, operationId, approvalId, actor, changes, alsoMoved, reasons, message },
  };
}

function eventOfNotice({ id, kind, at, subject, message }: Notice): TopicEvent {
  return {
    id,
    type: `Plumbline.${kind}`,
    source: '/plumbline',
    subject,
    time: new Date(at),
    data: { id, kind, at, subject, message },
  };
}
