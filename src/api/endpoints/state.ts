/** The state of the service, for clients that ask again and again: they fetch only what has another revision. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { readServiceState } from '../../workflows/housekeeping/service-state.ts';
import { serviceState } from '../../workflows/ports/history.ts';
import { defineEndpoint } from '../framework/endpoint.ts';
import { isMatch } from '../framework/etag.ts';
import { VERSION } from '../framework/version.ts';

export const stateAnswer = serviceState.extend({ version: z.string() }).meta({ id: 'State' });

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
    const body = JSON.stringify({ ...(await readServiceState(deps)), version: VERSION });
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    // A browser may keep the answer, and asks each time whether it still holds.
    const answered = { etag, 'cache-control': 'no-cache' };
    if (isMatch(headers.get('if-none-match'), etag)) return { status: 304, headers: answered, body: undefined };
    return { headers: answered, body };
  },
});
