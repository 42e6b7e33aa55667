import { describe, expect, it } from 'vitest';
import { setUpConsole } from './console-page.ts';
import { problem } from './fake-api.ts';
import { approval, checkout, entry, finding, me, settings } from './samples.ts';

const view = setUpConsole();

describe('the page', () => {
  it('requests only the page and its own API, and violates no policy', async () => {
    const requested: string[] = [];
    await view.open('#approvals', {}, (opened) => opened.on('request', (request) => requested.push(request.url())));
    await view.card('Remote debugging is off').waitFor();
    expect(requested.filter((url) => !url.startsWith(view.api.url) && !url.startsWith('data:'))).toEqual([]);
  });

  it('shows the user, the mode, and the number of pending approvals', async () => {
    await view.open('#approvals');
    await view.page.getByText('ada@contoso.example (Reader, Approver, Operator)').waitFor();
    await view.page.getByText('Mode approve').waitFor();
    await expect.poll(() => view.page.getByRole('tab', { name: 'Approvals' }).innerText()).toMatch(/Approvals\s+2/);
    await expect
      .poll(() => view.page.getByRole('link', { name: 'Sign out' }).getAttribute('href'))
      .toContain('/.auth/logout');
  });

  it('offers a sign-in that returns to the same view when no user is signed in', async () => {
    const refused = problem(401, 'unauthenticated', 'Sign in first', 'Sign in with Microsoft Entra ID.');
    const calls = ['settings', 'approvals', 'findings', 'summary', 'audit'].map((call) => [
      `GET /api/${call}`,
      refused,
    ]);
    await view.open('#findings', { 'GET /.auth/me': { status: 401, body: [] }, ...Object.fromEntries(calls) });
    const alert = view.page.getByRole('alert').filter({ hasText: 'Sign in first.' });
    const link = alert.getByRole('link', { name: 'Sign in' });
    await expect
      .poll(() => link.getAttribute('href'))
      .toBe('/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fconsole%23findings');
    view.expectRefusal(401);
  });

  it('shows the error when the service is not configured', async () => {
    const refused = problem(
      503,
      'not-configured',
      'The service is not configured',
      'Settings are missing: PLUMBLINE_AUDIT_KEY.',
    );
    await view.open('#approvals', { 'GET /api/approvals': refused, 'GET /api/settings': refused });
    await view.page
      .getByText('The service is not configured. Settings are missing: PLUMBLINE_AUDIT_KEY.')
      .first()
      .waitFor();
    view.expectRefusal(503);
  });

  it('shows on every view that the service is stopped, why and by whom', async () => {
    const stopped = {
      reason: 'Black Friday',
      at: '2026-01-01T00:00:00Z',
      by: { objectId: 'o', name: 'Katherine Johnson' },
    };
    await view.open('#audit', { 'GET /api/settings': { headers: { etag: '"8"' }, body: { ...settings, stopped } } });
    const banner = view.page.getByRole('status').filter({ hasText: 'Stopped: nothing is written to Azure.' });
    await expect.poll(() => banner.innerText()).toMatch(/Stopped by Katherine Johnson, .* Reason: Black Friday/);
  });
});

describe('findings', () => {
  it('show their reason, the decision and its reasons', async () => {
    await view.open('#findings');
    const shown = view.card('Minimum inbound TLS version is 1.2 or higher');
    await shown.getByText('The minimum TLS version is "1.0"').waitFor();
    await shown.getByText('Reported only').waitFor();
    await shown.getByText('Details').click();
    await shown.getByText('Mode audit reports only.').waitFor();
    await shown.getByText('An attacker on the network can break TLS 1.0 and 1.1.').waitFor();
    await shown.getByText('Fix it at the source').click();
    await shown.getByText("minTlsVersion: '1.2'").waitFor();
    await expect
      .poll(() => view.page.getByRole('definition').allInnerTexts())
      .toEqual(expect.arrayContaining(['14', '11', '4', '41 s']));
    await expect
      .poll(() => view.card('Remote debugging is off').getByRole('link').getAttribute('href'))
      .toBe('#approvals/01A');
  });

  it('are filtered by verdict and severity in the API, and by a part of a name in the page', async () => {
    await view.open('#findings');
    await view.page.getByLabel('Verdict').selectOption('unknown');
    await view.page.getByLabel('Severity').selectOption('high');
    await view.page.getByLabel('Resource or rule').fill('CHECKOUT');
    await view.page.keyboard.press('Enter');
    await view.card('HTTP ingress does not accept clear-text HTTP').waitFor();
    await expect.poll(() => view.page.getByRole('article').count()).toBe(1);
    const last = view.api.requests.filter(({ path }) => path === '/api/findings').at(-1);
    expect(Object.fromEntries(last?.query ?? [])).toEqual({ verdict: 'unknown', severity: 'high', limit: '50' });
  });

  it('are filtered by an ARM id in the API', async () => {
    await view.open('#findings');
    await view.page.getByLabel('Resource or rule').fill(checkout.id);
    await view.page.getByRole('button', { name: 'Filter' }).click();
    await expect.poll(() => view.api.requests.at(-1)?.query.get('resource')).toBe(checkout.id);
  });

  it('are not replaced by a response that arrives after a newer request', async () => {
    await view.open('#findings');
    await view.card('Minimum inbound TLS version is 1.2 or higher').waitFor();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await view.page.route('**/api/findings?*severity=low*', async (route) => {
      await held;
      await route.fulfill({ json: { items: [finding({ title: 'Late' })] } });
    });
    await view.page.getByLabel('Severity').selectOption('low');
    await view.page.getByLabel('Severity').selectOption('high');
    await view.card('Minimum inbound TLS version is 1.2 or higher').waitFor();
    const late = view.page.waitForResponse(/severity=low/);
    release();
    await late;
    await expect.poll(() => view.page.getByText('Late').count()).toBe(0);
  });
});

describe('the audit log', () => {
  it('is newest first, shows the details of an entry, and loads more by cursor', async () => {
    await view.open('#audit', {
      'GET /api/audit': ({ query }) =>
        query.get('cursor') === 'older'
          ? { body: { items: [entry('a0', { message: 'The oldest.' })] } }
          : { body: { items: Array.from({ length: 25 }, (_, at) => entry(`a${at}`)), nextCursor: 'older' } },
    });
    const first = view.page.locator('#audit-list > li').first();
    await first.getByText('Details').click();
    await first.getByText('chain 03, number 41, signed with k1').waitFor();
    await view.page.getByRole('button', { name: 'Show more' }).click();
    await view.page.getByText('The oldest.').waitFor();
    await expect.poll(() => view.page.locator('#audit-list > li').count()).toBe(26);
  });

  it('is filtered by kind, and by the approval in the URL', async () => {
    await view.open('#audit?approval=01A');
    await view.page.getByText('Filtered by approval 01A.').waitFor();
    await view.page.getByLabel('Kind').selectOption('fix.applied');
    await expect
      .poll(() => Object.fromEntries(view.api.requests.at(-1)?.query ?? []))
      .toMatchObject({ approval: '01A', kind: 'fix.applied' });
  });

  it('lets an approver roll back a fix with a reason, and links to the rollback', async () => {
    await view.open('#audit', {
      'POST /api/audit/a2/rollback': {
        status: 202,
        body: approval('01R', { purpose: 'rollback', status: 'approved' }),
      },
      'GET /api/approvals/01R': { body: approval('01R', { purpose: 'rollback', status: 'applied' }) },
    });
    const rollBack = view.page.getByRole('button', { name: 'Roll back…' });
    await rollBack.first().waitFor();
    await expect.poll(() => rollBack.count()).toBe(1);
    await rollBack.click();
    await view.page.locator('#confirm-reason').fill('The old clients need it.');
    await view.page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await view.page.getByText('Rollback requested. Plumbline reads the app again before it writes.').waitFor();
    expect(view.sent('POST')).toMatchObject([
      { path: '/api/audit/a2/rollback', body: { comment: 'The old clients need it.' } },
    ]);
    await view.page.getByText('View the rollback.').click();
    await view.page.getByRole('table', { name: 'Values to restore' }).waitFor();
    await view.page.locator('.badge', { hasText: 'rollback' }).waitFor();
  });

  it('shows why a fix cannot be rolled back', async () => {
    const detail = 'The current values are not those of the fix.';
    await view.open('#audit', {
      'POST /api/audit/a2/rollback': problem(409, 'moved', 'The value has changed', detail),
    });
    await view.page.getByRole('button', { name: 'Roll back…' }).click();
    await view.page.locator('#confirm-reason').fill('Please.');
    await view.page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await view.page.getByText(detail).waitFor();
    view.expectRefusal(409);
    await expect.poll(() => view.page.getByRole('button', { name: 'Roll back…' }).isEnabled()).toBe(true);
  });

  it('offers no rollback to readers', async () => {
    await view.open('#audit', { 'GET /.auth/me': { body: me('Reader') } });
    await view.page.locator('#audit-list > li').first().waitFor();
    await expect.poll(() => view.page.getByRole('button', { name: 'Roll back…' }).count()).toBe(0);
  });

  it('is verified on demand', async () => {
    await view.open('#audit');
    await view.page.getByRole('button', { name: 'Verify log' }).click();
    await view.page.getByText('The log is valid. 1204 entries are signed and in order').waitFor();
    const firstBad = { chain: '03', seq: 17, id: 'a9' };
    view.api.responses['GET /api/audit/verify'] = {
      body: {
        valid: false,
        complete: true,
        entries: 16,
        verifiedTo: null,
        publicKeys: [],
        firstBad,
        reason: 'its content does not match its hash',
      },
    };
    await view.page.getByRole('button', { name: 'Verify log' }).click();
    await view.page
      .getByText(
        'The log is not valid: its content does not match its hash. The first invalid entry is number 17 of chain 03.',
      )
      .waitFor();
  });
});

describe('settings', () => {
  it('change the mode after confirmation, with the ETag that was read, and nothing else', async () => {
    await view.open('#settings', { 'PUT /api/settings': {} });
    await view.page.getByRole('radio', { name: 'autofix' }).check();
    await view.page.getByRole('button', { name: 'Change mode' }).click();
    const dialog = view.page.getByRole('dialog', { name: 'Change mode to autofix?' });
    await dialog.getByText('From approve to autofix.').waitFor();
    expect(view.sent('PUT')).toEqual([]);
    await dialog.getByRole('button', { name: 'Change mode' }).click();
    await view.page.getByRole('alert').getByText('The mode is now autofix.').waitFor();
    expect(view.sent('PUT')).toMatchObject([
      { body: { ...settings, mode: 'autofix' }, headers: { 'if-match': '"7"' } },
    ]);
  });

  it('keep the mode when the dialog is cancelled', async () => {
    await view.open('#settings');
    await view.page.getByRole('radio', { name: 'audit' }).check();
    await view.page.getByRole('button', { name: 'Change mode' }).click();
    await view.page.keyboard.press('Escape');
    await expect.poll(() => view.page.getByRole('radio', { name: 'approve' }).isChecked()).toBe(true);
    expect(view.sent('PUT')).toEqual([]);
  });

  it('can be stopped with a reason and resumed', async () => {
    let stopped: object | null = null;
    await view.open('#settings', {
      'GET /api/settings': () => ({ headers: { etag: '"7"' }, body: { ...settings, stopped } }),
      'PUT /api/settings': ({ body }) => {
        stopped = body.stopped && { ...body.stopped, at: new Date().toISOString(), by: { objectId: 'o', name: 'Ada' } };
        return {};
      },
    });
    await view.page.getByRole('button', { name: 'Stop everything' }).click();
    await view.page.getByLabel('Reason').fill('Incident 42');
    await view.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await view.page.getByRole('status').getByText('Incident 42').waitFor();
    await view.page.getByRole('button', { name: 'Resume' }).click();
    await view.page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await view.page.getByRole('alert').getByText('Plumbline is running again.').waitFor();
    await expect.poll(() => view.page.getByText('Incident 42').count()).toBe(0);
    expect(view.sent('PUT').map(({ body }) => body.stopped)).toEqual([{ reason: 'Incident 42' }, null]);
  });

  it('show changes by another user, and do not overwrite them', async () => {
    const refused = problem(412, 'settings-changed', 'Settings have changed', 'Read them again.');
    await view.open('#settings', { 'PUT /api/settings': refused });
    await view.page.getByRole('radio', { name: 'autofix' }).check();
    await view.page.getByRole('button', { name: 'Change mode' }).click();
    view.api.responses['GET /api/settings'] = { headers: { etag: '"8"' }, body: { ...settings, mode: 'audit' } };
    await view.page.getByRole('dialog').getByRole('button', { name: 'Change mode' }).click();
    await view.page.getByRole('alert').getByText('Settings were changed by another user.').waitFor();
    await expect.poll(() => view.page.getByRole('radio', { name: 'audit' }).isChecked()).toBe(true);
    view.expectRefusal(412);
  });

  it('can be changed only by operators', async () => {
    await view.open('#settings', { 'GET /.auth/me': { body: me('Reader', 'Approver') } });
    await view.page.getByText('You need the role Plumbline.Operator to change settings.').waitFor();
    await expect.poll(() => view.page.getByRole('button', { name: 'Stop everything' }).isDisabled()).toBe(true);
    await expect.poll(() => view.page.getByRole('button', { name: 'Change mode' }).isDisabled()).toBe(true);
  });
});
