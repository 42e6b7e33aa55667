import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { getHealth, health } from '../../../src/api/endpoints/health.ts';
import { NotConfigured } from '../../../src/app/config.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { ask, serviceOf, statusAndCode } from '../ask.ts';

const anonymous = { as: null };

describe('health', () => {
  it('is 200 without sign-in when the settings can be read and the storage answers', async () => {
    const answer = await ask(getHealth, serviceOf(apiDeps(), false), anonymous);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      status: 'ok',
      version: expect.any(String),
      checks: [
        { name: 'configuration', ok: true, message: expect.any(String) },
        { name: 'storage', ok: true, message: expect.any(String) },
      ],
    });
    expect(health.parse(answer.body)).toEqual(answer.body);
    // The doctor shows it.
    const limit = Math.round(getHeapStatistics().heap_size_limit / 1_048_576);
    expect(answer.text).toContain(`The heap may grow to ${limit} MB.`);
  });

  it('is 503 with one check for each invalid setting', async () => {
    const answer = await ask(
      getHealth,
      () => {
        throw new NotConfigured([
          { setting: 'PLUMBLINE_AUDIT_KEY', message: 'is not set; it must be kid:seed' },
          { setting: 'PLUMBLINE_MODE', message: 'must be one of audit, approve, autofix' },
        ]);
      },
      anonymous,
    );
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.body).toEqual({
      status: 'failing',
      version: expect.any(String),
      checks: [
        { name: 'PLUMBLINE_AUDIT_KEY', ok: false, message: 'is not set; it must be kid:seed' },
        { name: 'PLUMBLINE_MODE', ok: false, message: 'must be one of audit, approve, autofix' },
      ],
    });
  });

  it('is 503 when the storage does not answer, without the error text of the storage', async () => {
    const deps = apiDeps();
    const ping = async () => {
      throw new StorageUnavailable('AccountKey=c2VjcmV0');
    };
    const answer = await ask(getHealth, { ...serviceOf(deps), ping }, anonymous);
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ status: 'failing', checks: [{ ok: true }, { name: 'storage', ok: false }] });
    expect(answer.text).not.toContain('AccountKey');
    expect(deps.stored.logged).toHaveLength(1);
  });

  it('has no parameters', async () => {
    const service = serviceOf(apiDeps());
    expect(statusAndCode(await ask(getHealth, service, { ...anonymous, query: '?verbose=1' }))).toBe('400 invalid');
  });
});
