import { describe, expect, it } from 'vitest';
import { type Answer, ApiError, type CallOptions } from '../../../../src/console/api/client.ts';
import type { Settings } from '../../../../src/console/api/types.ts';
import { createChange } from '../../../../src/console/ui/settings-change/model.ts';
import { settingsSchema } from '../../../../src/domain/rules/settings.ts';

const PREVIEW = {
  ...{ items: [], changes: [{ rule: 'r', before: 'report', after: 'fix', resources: 1 }], fixes: 1, restarts: 0 },
  ...{ approvals: 0, approvalsCleared: 0, holds: 0, budgetHours: 0, unknown: 0, exemptionsIdle: 0, rollouts: [] },
};
const standard: Settings = { ...settingsSchema.parse({}), stopped: null };

/** A service with settings, as far as a change meets it. */
function service(settings: Settings = standard) {
  const asked: string[] = [];
  const held = { settings, revision: 1, background: 0, onPreview: () => {} };
  async function call<T>(path: string, { method = 'GET', body, headers = {} }: CallOptions = {}): Promise<Answer<T>> {
    asked.push(`${method} ${path}`);
    const etag = () => `"${held.revision}"`;
    const reply = (status: number, content: unknown, location: string | null = null) =>
      ({ status, body: content, etag: etag(), location }) as Answer<T>;
    if (path === '/settings' && method === 'PUT') {
      if (headers['if-match'] !== etag()) throw new ApiError(412, { code: 'settings-changed', title: 'Changed' });
      held.settings = { ...settingsSchema.parse(body), stopped: null };
      held.revision += 1;
    }
    if (path === '/settings') return reply(200, held.settings);
    held.onPreview();
    if (path === '/settings/preview' && held.background > 0) {
      return reply(202, { id: 'p', status: 'running' }, '/api/settings/preview/p');
    }
    if (path === '/settings/preview/p') {
      held.background -= 1;
      return reply(200, held.background > 0 ? { id: 'p', status: 'running' } : { id: 'p', status: 'done', ...PREVIEW });
    }
    return reply(200, PREVIEW);
  }
  return { held, asked, change: createChange({ call, wait: async () => {} }) };
}

const toApprove = (settings: Settings): Settings => ({ ...settings, mode: 'approve' });

describe('a change of the settings', () => {
  it('is saved under the ETag of what was previewed, and not before', async () => {
    const { held, asked, change } = service();
    await change.save();
    expect(asked).toEqual([]);
    await change.start(toApprove);
    expect([change.state.value.phase, held.settings.mode]).toEqual(['ready', 'audit']);
    await change.save();
    expect([change.state.value.phase, held.settings.mode]).toEqual(['saved', 'approve']);
    expect(asked).toEqual(['GET /settings', 'POST /settings/preview', 'PUT /settings']);
  });

  it('waits for a preview that is made in the background', async () => {
    const { held, change } = service();
    held.background = 3;
    await change.start(toApprove);
    expect(change.state.value).toMatchObject({ phase: 'ready', preview: PREVIEW });
  });

  it('that others overtook is brought into theirs, and previewed before it can be saved', async () => {
    const { held, asked, change } = service();
    await change.start(toApprove);
    held.settings = { ...held.settings, limits: { ...held.settings.limits, fixesPerHour: 5 } };
    held.revision = 2;
    asked.length = 0;
    await change.save();
    expect(change.state.value).toMatchObject({
      phase: 'ready',
      theirs: [{ path: ['limits', 'fixesPerHour'], from: 25, to: 5 }],
      conflicts: [],
    });
    expect(asked).toEqual(['PUT /settings', 'GET /settings', 'POST /settings/preview']);
    await change.save();
    expect(held.settings).toMatchObject({ mode: 'approve', limits: { fixesPerHour: 5 } });
  });

  it('notices others at the preview, too', async () => {
    const { held, change } = service();
    held.onPreview = () => {
      held.revision = 2;
    };
    await change.start(toApprove);
    expect(change.state.value).toMatchObject({ phase: 'ready', etag: '"2"' });
  });

  it.each([
    ['mine', 'approve'],
    ['theirs', 'autofix'],
  ] as const)('in conflict is saved only after a choice: %s', async (side, mode) => {
    const { held, asked, change } = service();
    await change.start(toApprove);
    held.settings = { ...held.settings, mode: 'autofix' };
    held.revision = 2;
    await change.save();
    const [conflict] = change.state.value.conflicts;
    expect(conflict).toEqual({ path: ['mode'], base: 'audit', mine: 'approve', theirs: 'autofix' });
    asked.length = 0;
    await change.save();
    expect(asked).toEqual([]);
    if (conflict) await change.choose(conflict, side);
    await change.save();
    expect(held.settings.mode).toBe(mode);
  });

  it('that changes nothing can neither be previewed nor saved', async () => {
    const { asked, change } = service();
    await change.start((settings) => settings);
    await change.save();
    expect(asked).toEqual(['GET /settings']);
  });

  it('shows an error of the service and can be tried again', async () => {
    const { held, change } = service();
    held.onPreview = () => {
      throw new ApiError(503, { title: 'Storage does not answer' });
    };
    await change.start(toApprove);
    expect(change.state.value).toMatchObject({ phase: 'previewing', error: { status: 503 } });
    held.onPreview = () => {};
    await change.start(toApprove);
    expect(change.state.value).toMatchObject({ phase: 'ready', error: null });
  });

  it('that was stopped shows nothing of what comes later', async () => {
    const { held, change } = service();
    held.onPreview = () => change.stop();
    await change.start(toApprove);
    expect(change.state.value.phase).toBe('previewing');
  });
});
