/** The state of the service, for clients that ask again and again: they fetch only what has another revision. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { MODES } from '../../domain/resources/reasons.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import { readServiceState, type ServiceState } from '../../workflows/housekeeping/service-state.ts';
import { REVISED } from '../../workflows/ports/history.ts';
import { defineEndpoint } from '../framework/endpoint.ts';
import { VERSION } from '../framework/version.ts';
import { settingsAnswer } from './settings.ts';

const revision = z.int().nonnegative();

export const stateAnswer = z
  .strictObject({
    mode: z.enum(MODES).describe('Of the settings; a scope may have another'),
    stopped: settingsAnswer.shape.stopped,
    settingsRevision: revision.describe('The number of changes of the settings, as in their ETag'),
    approvals: z.strictObject({ pending: z.int(), oldestAt: time.nullable() }),
    deadLetters: z.int(),
    scans: z.strictObject({ running: z.int() }),
    version: z.string(),
    revisions: z
      .strictObject(Object.fromEntries([...REVISED, 'settings'].sort().map((kind) => [kind, revision])))
      .describe('A number that differs from the last one: fetch this kind again. The numbers have no other meaning'),
  })
  .meta({ id: 'State' });

export const getState = defineEndpoint({
  name: 'getState',
  method: 'GET',
  route: 'state',
  summary: 'Mode, stop, what waits, and a revision of each kind of what is stored; 304 while nothing of it differs.',
  role: 'Plumbline.Reader',
  statuses: [200, 304],
  result: stateAnswer,
  responseHeaders: { ETag: 'Of this answer; send it as If-None-Match.' },
  async handle({ deps, headers }) {
    const body = JSON.stringify(answerOf(await readServiceState(deps)));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    // A browser may keep the answer, and asks each time whether it still holds.
    const answered = { etag, 'cache-control': 'no-cache' };
    if (isMatch(headers.get('if-none-match'), etag)) return { status: 304, headers: answered, body: undefined };
    return { headers: answered, body };
  },
});

function answerOf({ mode, settings, runningScans, ...numbers }: ServiceState): Infer<typeof stateAnswer> {
  const { stopped } = settings.settings;
  return {
    mode,
    stopped: stopped && { reason: stopped.reason, at: settings.stoppedAt, by: settings.stoppedBy },
    settingsRevision: settings.revision,
    approvals: numbers.approvals,
    deadLetters: numbers.deadLetters,
    scans: { running: runningScans },
    version: VERSION,
    revisions: numbers.revisions,
  };
}

/** Whether a header If-None-Match has this ETag; weak ones count, as RFC 9110 says. */
function isMatch(header: string | null, etag: string): boolean {
  const given = (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return given.includes(etag) || given.includes('*');
}
