/** The log lines of requests to Azure: one line per request, its level by the answer, without secrets or long texts. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { createArm } from '../../src/azure/arm.ts';
import { createEstate } from '../../src/azure/estate.ts';
import type { PlanStep } from '../../src/domain/changes/plan-requests.ts';
import { type CannedReply, optionsAnswering, resource } from './azure.ts';

const SITE = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/shop';
const STEP: PlanStep = {
  method: 'PATCH',
  path: SITE,
  apiVersion: '2025-05-01',
  document: 'resource',
  changes: [],
  root: '',
  attempts: [],
};
const HEADERS = {
  'x-ms-request-id': 'request-1',
  'x-ms-correlation-request-id': 'correlation-1',
  'x-ms-ratelimit-remaining-subscription-reads': '249',
};

const WAYS = {
  GET: (options) => createArm(options).read(resource(SITE), ['resource']),
  PATCH: (options) => createArm(options).write(STEP, { tags: { planted: 'planted-body' } }),
  operation: (options) => createArm(options).pollOperation(`${options.endpoint}${SITE}/operations/1?t=planted-query`),
  'Resource Graph': (options) => createEstate(options).countResources('s'),
} satisfies Record<string, (options: ReturnType<typeof optionsAnswering>['options']) => Promise<unknown>>;
type WayName = keyof typeof WAYS;

/** The lines of one request with this answer. */
async function linesOf(way: WayName, answer: () => CannedReply, differs = {}) {
  const { options, lines } = optionsAnswering(answer);
  await WAYS[way]({ ...options, ...differs });
  expect(lines.join()).not.toMatch(/planted|Bearer|api-version/);
  return lines.map((line) => JSON.parse(line));
}

const reply = (status: number) => (): CannedReply => ({
  status,
  headers: HEADERS,
  body: { data: [], totalRecords: 0, planted: 1 },
});

describe('the log line of a request to Azure', () => {
  test.each<[WayName, string, string]>([
    ['GET', 'GET', SITE],
    ['PATCH', 'PATCH', SITE],
    ['operation', 'GET', `${SITE}/operations/1`],
    ['Resource Graph', 'POST', '/providers/Microsoft.ResourceGraph/resources'],
  ])('%s', async (way, method, path) => {
    const lines = await linesOf(way, reply(200));
    expect(lines).toEqual([
      {
        level: 'debug',
        time: expect.any(String),
        message: 'asked Azure',
        method,
        path,
        status: 200,
        milliseconds: expect.any(Number),
        requestId: 'request-1',
        correlation: 'correlation-1',
        'x-ms-ratelimit-remaining-subscription-reads': '249',
      },
    ]);
  });

  test.each<[WayName, number, string, string]>([
    ['GET', 404, 'debug', 'asked Azure'],
    ['operation', 404, 'debug', 'asked Azure'],
    ['PATCH', 404, 'warn', 'Azure refused a request'],
    ['Resource Graph', 404, 'warn', 'Azure refused a request'],
    ['GET', 403, 'warn', 'Azure refused a request'],
    ['PATCH', 409, 'warn', 'Azure refused a request'],
    ['GET', 429, 'warn', 'Azure refused a request'],
    ['operation', 500, 'warn', 'Azure refused a request'],
    ['Resource Graph', 429, 'warn', 'Azure refused a request'],
  ])('%s answered %i is logged at %s', async (way, status, level, message) => {
    expect(await linesOf(way, reply(status))).toMatchObject([{ level, message, status, requestId: 'request-1' }]);
  });

  test.each<WayName>(['GET', 'PATCH', 'operation', 'Resource Graph'])(
    '%s without an answer is a warning',
    async (way) => {
      const reset = Object.assign(new Error('read ECONNRESET\n    at planted'), { code: 'ECONNRESET' });
      const lines = await linesOf(way, () => {
        throw reset;
      });
      expect(lines).toMatchObject([
        { level: 'warn', message: 'no answer from Azure', status: 0, code: 'ECONNRESET', error: 'read ECONNRESET' },
      ]);
    },
  );

  it('a missing token and a time-out are warnings', async () => {
    const noToken = { credential: { getToken: async () => Promise.reject(new Error('no identity here')) } };
    expect(await linesOf('GET', reply(200), noToken)).toMatchObject([
      { level: 'warn', message: 'no answer from Azure', error: 'no identity here' },
    ]);
    const slow = { credential: { getToken: () => new Promise(() => {}) }, timeoutMilliseconds: 20 };
    expect(await linesOf('GET', reply(200), slow)).toMatchObject([
      { level: 'warn', message: 'no answer from Azure', error: 'Azure did not answer within 0.02 s' },
    ]);
  });
});

it('only the pipelines and the client import the SDK pipeline', () => {
  const folder = new URL('../../src/', import.meta.url);
  const importing = readdirSync(folder, { recursive: true })
    .map((file) => String(file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /(?:from|import\()\s*'(?:@azure\/arm-[^']+|.*\/pipelines\.ts)'/.test(
        readFileSync(new URL(file, folder), 'utf8').replace(/import type [^;]*;/g, ''),
      ),
    );
  // The client reaches Azure through the pipelines, and only the pipelines import the SDKs.
  expect(importing.sort()).toEqual(['azure/client.ts', 'azure/pipelines.ts']);
});
