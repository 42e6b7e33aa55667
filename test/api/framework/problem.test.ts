/** The errors of an invalid request: enough to correct it, and never larger than the request. */
import { describe, expect, it } from 'vitest';
import { listFindings } from '../../../src/api/endpoints/findings/findings.ts';
import { putSettings } from '../../../src/api/endpoints/settings.ts';
import { invalidRequest } from '../../../src/api/framework/problem.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { ask, principal, serviceOf } from '../ask.ts';

const deps = apiDeps();

describe('the size of a problem document', () => {
  it('names the first twenty places, each with a bounded text, and the number of the others', async () => {
    const scope = { scope: 'x'.repeat(3000), mode: 'y'.repeat(3000), ['k'.repeat(3000)]: 1 };
    const asking = { body: { scopes: Array.from({ length: 80 }, () => scope) }, headers: { 'if-match': '*' } };
    const { body, status } = await ask(putSettings, serviceOf(deps), { ...asking, as: principal(['Operator']) });
    expect(status).toBe(400);
    expect(body.errors).toHaveLength(20);
    expect(body.detail).toMatch(/ \(and 239 more\)$/);
    expect(JSON.stringify(body).length).toBeLessThan(20_000);
  });

  it('cuts the text of each place', () => {
    const { message, members } = invalidRequest([{ pointer: '/a', detail: 'd'.repeat(5000) }]);
    expect([message.length < 700, JSON.stringify(members).length < 700]).toEqual([true, true]);
    expect(message).toMatch(/^\/a: d+… and \d+ more characters$/);
  });

  it('cuts the name of an unknown parameter', async () => {
    const { body } = await ask(listFindings, serviceOf(deps), { query: `?${'q'.repeat(3000)}=1` });
    expect(JSON.stringify(body).length).toBeLessThan(2000);
    expect(JSON.stringify(body)).toContain('more characters');
  });
});
