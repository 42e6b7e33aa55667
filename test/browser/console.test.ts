import { describe, expect, it } from 'vitest';
import { problem } from './fake-api.ts';
import { approval, checkout, entry, finding, me, settings } from './samples.ts';
import { visits } from './visit.ts';

const visit = visits();

describe('the page', () => {
  it('asks for nothing but the page and its own API, and breaks no rule of its policy', async () => {
    const asked: string[] = [];
    await visit.open('#approvals', {}, (opened) => opened.on('request', (request) => asked.push(request.url())));
    await visit.card('Remote debugging is off').waitFor();
    expect(asked.filter((url) => !url.startsWith(visit.api.url) && !url.startsWith('data:'))).toEqual([]);
  });

  it('shows who looks, the mode, and how many approvals wait', async () => {
    await visit.open('#approvals');
    await visit.page.getByText('ada@contoso.example (Reader, Approver, Operator)').waitFor();
    await visit.page.getByText('Mode approve').waitFor();
    await expect.poll(() => visit.page.getByRole('tab', { name: 'Approvals' }).innerText()).toMatch(/Approvals\s+2/);
    await expect
      .poll(() => visit.page.getByRole('link', { name: 'Sign out' }).getAttribute('href'))
      .toContain('/.auth/logout');
  });

  it('offers to sign in, back to where one was, when nobody is signed in', async () => {
    const refused = problem(401, 'unauthenticated', 'Sign in first', 'Sign in with Microsoft Entra ID.');
    const calls = ['settings', 'approvals', 'findings', 'summary', 'audit'].map((call) => [
      `GET /api/${call}`,
      refused,
    ]);
    await visit.open('#findings', { 'GET /.auth/me': { status: 401, body: [] }, ...Object.fromEntries(calls) });
    const alert = visit.page.getByRole('alert').filter({ hasText: 'Sign in first.' });
    const link = alert.getByRole('link', { name: 'Sign in' });
    await expect
      .poll(() => link.getAttribute('href'))
      .toBe('/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fconsole%23findings');
    visit.expectRefusal(401);
  });

  it('says in words what is wrong when the service is not configured', async () => {
    const refused = problem(
      503,
      'not-configured',
      'The service is not configured',
      'Settings are missing: PLUMBLINE_AUDIT_KEY.',
    );
    await visit.open('#approvals', { 'GET /api/approvals': refused, 'GET /api/settings': refused });
    await visit.page
      .getByText('The service is not configured. Settings are missing: PLUMBLINE_AUDIT_KEY.')
      .first()
      .waitFor();
    visit.expectRefusal(503);
  });

  it('tells on every view that the service is stopped, why and by whom', async () => {
    const stopped = {
      reason: 'Black Friday',
      at: '2026-01-01T00:00:00Z',
      by: { objectId: 'o', name: 'Katherine Johnson' },
    };
    await visit.open('#audit', { 'GET /api/settings': { headers: { etag: '"8"' }, body: { ...settings, stopped } } });
    const banner = visit.page.getByRole('status').filter({ hasText: 'Stopped: nothing is written.' });
    await expect.poll(() => banner.innerText()).toMatch(/Black Friday\s+Stopped by Katherine Johnson/);
  });
});

describe('findings', () => {
  it('are told with their reason, what was decided and why', async () => {
    await visit.open('#findings');
    const shown = visit.card('The lowest TLS version is 1.2');
    await shown.getByText('The app takes TLS 1.0').waitFor();
    await shown.getByText('Reported only').waitFor();
    await shown.getByText('Why, and what would change').click();
    await shown.getByText('Mode audit looks and reports only.').waitFor();
    await shown.getByText('Old versions can be broken by whoever is on the line.').waitFor();
    await shown.getByText('Fix it at the source').click();
    await shown.getByText("minTlsVersion: '1.2'").waitFor();
    await expect
      .poll(() => visit.page.getByRole('definition').allInnerTexts())
      .toEqual(expect.arrayContaining(['14', '11', '4', '41 s']));
    await expect
      .poll(() => visit.card('Remote debugging is off').getByRole('link').getAttribute('href'))
      .toBe('#approvals/01A');
  });

  it('are filtered by verdict and severity in the API, and by part of a name here', async () => {
    await visit.open('#findings');
    await visit.page.getByLabel('Verdict').selectOption('unknown');
    await visit.page.getByLabel('Severity').selectOption('high');
    await visit.page.getByLabel('Resource or rule').fill('CHECKOUT');
    await visit.page.keyboard.press('Enter');
    await visit.card('Ingress redirects to HTTPS').waitFor();
    await expect.poll(() => visit.page.getByRole('article').count()).toBe(1);
    const last = visit.api.requests.filter(({ path }) => path === '/api/findings').at(-1);
    expect(Object.fromEntries(last?.query ?? [])).toEqual({ verdict: 'unknown', severity: 'high', limit: '50' });
  });

  it('are filtered by an ARM id in the API', async () => {
    await visit.open('#findings');
    await visit.page.getByLabel('Resource or rule').fill(checkout.id);
    await visit.page.getByRole('button', { name: 'Filter' }).click();
    await expect.poll(() => visit.api.requests.at(-1)?.query.get('resource')).toBe(checkout.id);
  });

  it('an answer that comes after a newer question is dropped', async () => {
    await visit.open('#findings');
    await visit.card('The lowest TLS version is 1.2').waitFor();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await visit.page.route('**/api/findings?*severity=low*', async (route) => {
      await held;
      await route.fulfill({ json: { items: [finding({ title: 'Late' })] } });
    });
    await visit.page.getByLabel('Severity').selectOption('low');
    await visit.page.getByLabel('Severity').selectOption('high');
    await visit.card('The lowest TLS version is 1.2').waitFor();
    const late = visit.page.waitForResponse(/severity=low/);
    release();
    await late;
    await expect.poll(() => visit.page.getByText('Late').count()).toBe(0);
  });
});

describe('the audit log', () => {
  it('is newest first, opens each entry, and loads more by cursor', async () => {
    await visit.open('#audit', {
      'GET /api/audit': ({ query }) =>
        query.get('cursor') === 'older'
          ? { body: { items: [entry('a0', { message: 'The oldest.' })] } }
          : { body: { items: Array.from({ length: 25 }, (_, at) => entry(`a${at}`)), nextCursor: 'older' } },
    });
    const first = visit.page.locator('#audit-list > li').first();
    await first.getByText('The entry').click();
    await first.getByText('chain 03, number 41, signed with k1').waitFor();
    await visit.page.getByRole('button', { name: 'Show more' }).click();
    await visit.page.getByText('The oldest.').waitFor();
    await expect.poll(() => visit.page.locator('#audit-list > li').count()).toBe(26);
  });

  it('is filtered by kind, and by the approval that a link names', async () => {
    await visit.open('#audit?approval=01A');
    await visit.page.getByText('Only approval 01A.').waitFor();
    await visit.page.getByLabel('Kind').selectOption('fix.applied');
    await expect
      .poll(() => Object.fromEntries(visit.api.requests.at(-1)?.query ?? []))
      .toMatchObject({ approval: '01A', kind: 'fix.applied' });
  });

  it('has a fix put back by whoever may approve and says why, and leads to what becomes of it', async () => {
    await visit.open('#audit', {
      'POST /api/audit/a2/rollback': {
        status: 202,
        body: approval('01R', { purpose: 'rollback', status: 'approved' }),
      },
      'GET /api/approvals/01R': { body: approval('01R', { purpose: 'rollback', status: 'applied' }) },
    });
    const back = visit.page.getByRole('button', { name: 'Put it back…' });
    await back.first().waitFor();
    await expect.poll(() => back.count()).toBe(1);
    await back.click();
    await visit.page.locator('#ask-input').fill('The old clients need it.');
    await visit.page.getByRole('button', { name: 'Put it back', exact: true }).click();
    await visit.page.getByText('It is put back after a fresh look at the app.').waitFor();
    expect(visit.sent('POST')).toMatchObject([
      { path: '/api/audit/a2/rollback', body: { comment: 'The old clients need it.' } },
    ]);
    await visit.page.getByText('See what becomes of it.').click();
    await visit.page.getByRole('table', { name: 'What is put back' }).waitFor();
    await visit.page.locator('.badge', { hasText: 'rollback' }).waitFor();
  });

  it('says why a fix cannot be put back', async () => {
    const detail = 'The values are no longer those that the fix wrote.';
    await visit.open('#audit', { 'POST /api/audit/a2/rollback': problem(409, 'moved', 'Moved', detail) });
    await visit.page.getByRole('button', { name: 'Put it back…' }).click();
    await visit.page.locator('#ask-input').fill('Please.');
    await visit.page.getByRole('button', { name: 'Put it back', exact: true }).click();
    await visit.page.getByText(detail).waitFor();
    visit.expectRefusal(409);
    await expect.poll(() => visit.page.getByRole('button', { name: 'Put it back…' }).isEnabled()).toBe(true);
  });

  it('offers nothing to put back to readers', async () => {
    await visit.open('#audit', { 'GET /.auth/me': { body: me('Reader') } });
    await visit.page.locator('#audit-list > li').first().waitFor();
    await expect.poll(() => visit.page.getByRole('button', { name: 'Put it back…' }).count()).toBe(0);
  });

  it('is verified on demand', async () => {
    await visit.open('#audit');
    await visit.page.getByRole('button', { name: 'Verify the log' }).click();
    await visit.page.getByText('The log is whole. 1204 entries are signed and in order').waitFor();
    const firstBad = { chain: '03', seq: 17, id: 'a9' };
    visit.api.answers['GET /api/audit/verify'] = {
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
    await visit.page.getByRole('button', { name: 'Verify the log' }).click();
    await visit.page
      .getByText(
        'The log is not whole: its content does not match its hash. The first bad entry is number 17 of chain 03.',
      )
      .waitFor();
  });
});

describe('settings', () => {
  it('change the mode after asking, under the version that was shown, and touch nothing else', async () => {
    await visit.open('#settings', { 'PUT /api/settings': {} });
    await visit.page.getByRole('radio', { name: 'autofix' }).check();
    await visit.page.getByRole('button', { name: 'Change the mode' }).click();
    const dialog = visit.page.getByRole('dialog', { name: 'Change the mode to autofix?' });
    await dialog.getByText('From approve to autofix.').waitFor();
    expect(visit.sent('PUT')).toEqual([]);
    await dialog.getByRole('button', { name: 'Change it' }).click();
    await visit.page.getByRole('alert').getByText('The mode is autofix now.').waitFor();
    expect(visit.sent('PUT')).toMatchObject([
      { body: { ...settings, mode: 'autofix' }, headers: { 'if-match': '"7"' } },
    ]);
  });

  it('leave the mode alone when the question is declined', async () => {
    await visit.open('#settings');
    await visit.page.getByRole('radio', { name: 'audit' }).check();
    await visit.page.getByRole('button', { name: 'Change the mode' }).click();
    await visit.page.keyboard.press('Escape');
    await expect.poll(() => visit.page.getByRole('radio', { name: 'approve' }).isChecked()).toBe(true);
    expect(visit.sent('PUT')).toEqual([]);
  });

  it('stop with a reason and resume', async () => {
    let stopped: object | null = null;
    await visit.open('#settings', {
      'GET /api/settings': () => ({ headers: { etag: '"7"' }, body: { ...settings, stopped } }),
      'PUT /api/settings': ({ body }) => {
        stopped = body.stopped && { ...body.stopped, at: new Date().toISOString(), by: { objectId: 'o', name: 'Ada' } };
        return {};
      },
    });
    await visit.page.getByRole('button', { name: 'Stop everything' }).click();
    await visit.page.getByLabel('Reason').fill('Incident 42');
    await visit.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await visit.page.getByRole('status').getByText('Incident 42').waitFor();
    await visit.page.getByRole('button', { name: 'Resume' }).click();
    await visit.page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await visit.page.getByRole('alert').getByText('Plumbline works again.').waitFor();
    await expect.poll(() => visit.page.getByText('Incident 42').count()).toBe(0);
    expect(visit.sent('PUT').map(({ body }) => body.stopped)).toEqual([{ reason: 'Incident 42' }, null]);
  });

  it('show what somebody else chose meanwhile, and write nothing over it', async () => {
    const refused = problem(412, 'settings-changed', 'Somebody else changed the settings', 'Read them again.');
    await visit.open('#settings', { 'PUT /api/settings': refused });
    await visit.page.getByRole('radio', { name: 'autofix' }).check();
    await visit.page.getByRole('button', { name: 'Change the mode' }).click();
    visit.api.answers['GET /api/settings'] = { headers: { etag: '"8"' }, body: { ...settings, mode: 'audit' } };
    await visit.page.getByRole('dialog').getByRole('button', { name: 'Change it' }).click();
    await visit.page.getByRole('alert').getByText('Somebody else changed the settings meanwhile.').waitFor();
    await expect.poll(() => visit.page.getByRole('radio', { name: 'audit' }).isChecked()).toBe(true);
    visit.expectRefusal(412);
  });

  it('cannot be changed by who is no operator', async () => {
    await visit.open('#settings', { 'GET /.auth/me': { body: me('Reader', 'Approver') } });
    await visit.page.getByText('Changing them needs the role Plumbline.Operator.').waitFor();
    await expect.poll(() => visit.page.getByRole('button', { name: 'Stop everything' }).isDisabled()).toBe(true);
    await expect.poll(() => visit.page.getByRole('button', { name: 'Change the mode' }).isDisabled()).toBe(true);
  });
});
