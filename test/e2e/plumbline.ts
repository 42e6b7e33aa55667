/**
 * The whole of Plumbline on this machine for one test file: people and pipelines change apps, people call the API, and the
 * simulator's record tells what was read and written. Started before the first test and closed after the last one.
 */
import { afterAll, beforeAll } from 'vitest';
import { other, workspaceId } from '../../local/simulator/estate.ts';
import type { Caller, ResourceSeed, Simulator } from '../../local/simulator/simulator.ts';
import { startTwin, type Twin, type TwinOptions } from '../../local/twin.ts';
import * as posture from '../../src/api/posture-schemas.ts';
import * as schemas from '../../src/api/schemas.ts';
import { resourceOf } from '../../src/domain/resource.ts';
import { type Api, type Approval, type AuditEntry, apiFor, type EventAnswer, type Finding } from './api.ts';
import { type Role, staff } from './callers.ts';
import { eventually } from './eventually.ts';

export interface PlumblineOptions extends Omit<TwinOptions, 'simulator'> {
  readonly simulator?: Omit<NonNullable<TwinOptions['simulator']>, 'estate'>;
  /** The estate, beside the workspace for logs. */
  readonly resources: readonly ResourceSeed[];
}

export interface Plumbline {
  readonly twin: Twin;
  readonly simulator: Simulator;
  /** Every line that the host printed. */
  readonly lines: readonly string[];
  as(caller: Caller | null, ...roles: Role[]): Api;
  /** Somebody changes a resource; returns the id of the event that it raised, at the end of its operation. */
  change(caller: Caller, id: string, document: string, patch: unknown): Promise<string>;
  /** A delivery made by hand; returns the status. */
  deliver(body: unknown, headers?: Readonly<Record<string, string>>): Promise<number>;
  /** What became of an event, as soon as it is known. */
  outcomeOf(eventId: string, seconds?: number): Promise<EventAnswer>;
  /** Waits until every event of a resource, those of our own writes included, has its outcome; returns all of them. */
  atRest(id: string, seconds?: number): Promise<Map<string, EventAnswer>>;
  /** What Plumbline wrote to a resource, such as `PATCH config/web`, in order; with its refused attempts. */
  writes(id: string): string[];
  /** How often Plumbline asked for a document of a resource. */
  reads(id: string, document: string): number;
  /** The log about exactly this resource, oldest first. */
  audit(id: string): Promise<AuditEntry[]>;
  /** The findings of exactly this resource by rule. */
  findings(id: string): Promise<Map<string, Finding>>;
  approvals(id: string): Promise<Approval[]>;
  /** The open approval of a rule, as soon as it is there. */
  pending(id: string, rule: string): Promise<Approval>;
  housekeep(): Promise<void>;
}

/** To be called once, at the top of a test file. */
export function usePlumbline(options: PlumblineOptions): Plumbline {
  const lines: string[] = [];
  let started: Twin | undefined;

  beforeAll(async () => {
    const workspace = other('Microsoft.OperationalInsights/workspaces', {
      name: 'central',
      resourceGroup: 'monitoring',
    });
    started = await startTwin({
      ...options,
      simulator: { ...options.simulator, estate: { resources: [workspace, ...options.resources] } },
      hostFlags: ['--principal-header', '--visibility-seconds', '5', ...(options.hostFlags ?? [])],
      environment: {
        WEBSITE_AUTH_ENABLED: 'true',
        PLUMBLINE_MODE: 'autofix',
        PLUMBLINE_SETTLE_SECONDS: '1',
        PLUMBLINE_WORKSPACE_ID: workspaceId,
        PLUMBLINE_LOG_LEVEL: 'debug',
        ...options.environment,
      },
      onLine: (line) => {
        lines.push(line);
        if (process.env.SHOW_LINES) process.stdout.write(`${line}\n`);
      },
    });
  });
  afterAll(() => started?.close());

  function twin(): Twin {
    if (!started) throw new Error('Plumbline starts before the first test');
    return started;
  }
  const reader = () => apiFor(twin().url, staff.reader, ['Reader']);

  async function outcome(eventId: string): Promise<EventAnswer | null> {
    const { status, body } = await reader().ask('GET', `/explain?event=${encodeURIComponent(eventId)}`);
    if (status !== 200) return null;
    const answer = posture.explainedEvent.parse(body);
    return answer.outcome === null ? null : answer;
  }

  function eventsOf(id: string): string[] {
    return twin()
      .simulator.events.filter(({ subject }) => isAbout(subject, id))
      .map(({ id: eventId }) => eventId);
  }

  return {
    lines,
    get twin() {
      return twin();
    },
    get simulator() {
      return twin().simulator;
    },

    as: (caller, ...roles) => apiFor(twin().url, caller, roles),

    async change(caller, id, document, patch) {
      const before = new Set(eventsOf(id));
      await twin().simulator.change(caller, id, document, patch);
      const raised = twin().simulator.events.find(
        (event) =>
          isAbout(event.subject, id) && !before.has(event.id) && JSON.stringify(event.body).includes(caller.objectId),
      );
      if (!raised) throw new Error(`the change of ${document} of ${id} raised no event`);
      return raised.id;
    },

    async deliver(body, headers = {}) {
      const answer = await fetch(`${twin().url}/runtime/webhooks/EventGrid?functionName=resourceChanged`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      await answer.arrayBuffer();
      return answer.status;
    },

    outcomeOf: (eventId, seconds) => eventually(`the outcome of event ${eventId}`, () => outcome(eventId), seconds),

    atRest(id, seconds) {
      return eventually(
        `the outcome of every event of ${id}`,
        async () => {
          const ids = eventsOf(id);
          const outcomes = new Map<string, EventAnswer>();
          for (const eventId of ids) {
            const found = await outcome(eventId);
            if (!found) return null;
            outcomes.set(eventId, found);
          }
          return ids.length > 0 && eventsOf(id).length === ids.length ? outcomes : null;
        },
        seconds,
      );
    },

    writes: (id) =>
      ours(id, twin().simulator)
        .filter(({ method }) => method !== 'GET')
        .map(({ method, document }) => `${method} ${document}`),

    reads: (id, document) =>
      ours(id, twin().simulator).filter((request) => request.method === 'GET' && request.document === document).length,

    async audit(id) {
      const entries = await reader().list(`/audit?resource=${encodeURIComponent(id)}`, schemas.auditEntry);
      return entries.filter(({ resource }) => resource && isAbout(resource.id, id)).reverse();
    },

    async findings(id) {
      const found = await reader().list(`/findings?resource=${encodeURIComponent(id)}`, posture.finding);
      return new Map(
        found.filter(({ resource }) => isAbout(resource.id, id)).map((finding) => [finding.rule, finding]),
      );
    },

    approvals: (id) => approvalsOf(reader(), id),

    pending: (id, rule) =>
      eventually(`an approval of ${rule} on ${id}`, async () =>
        (await approvalsOf(reader(), id)).find((one) => one.rule.id === rule && one.status === 'pending'),
      ),

    async housekeep() {
      const answer = await fetch(`${twin().url}/admin/functions/housekeeping`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      if (answer.status !== 202) throw new Error(`housekeeping could not be started: ${answer.status}`);
    },
  };
}

async function approvalsOf(api: Api, id: string): Promise<Approval[]> {
  const found = await api.list(`/approvals?resource=${encodeURIComponent(id)}`, schemas.approval);
  return found.filter(({ resource }) => isAbout(resource.id, id));
}

/** Whether an id means this resource: itself or a child, but not its slots. */
function isAbout(found: string, id: string): boolean {
  return resourceOf(found)?.key === id.toLowerCase();
}

/** The requests of Plumbline itself about a resource, with the part below its id, `resource` for itself. */
function ours(id: string, { requests, identity }: Simulator) {
  return requests
    .filter(({ path, callerObjectId }) => callerObjectId === identity.objectId && isAbout(path, id))
    .map(({ method, path }) => {
      const below = path.slice(id.length + 1).replace(/^providers\/microsoft\.insights\//i, '');
      return { method, document: below === '' ? 'resource' : below };
    });
}
