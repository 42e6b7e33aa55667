import { describe, expect, it } from 'vitest';
import { setUpConsole } from './console-page.ts';
import { problem } from './fake-api.ts';
import { approval, identityApproval, me } from './samples.ts';

const view = setUpConsole();

describe('approvals', () => {
  it('show the proposed changes, the risk, who changed the app, and the exact requests', async () => {
    await view.open('#approvals');
    const shown = view.card('Remote debugging is off');
    const row = shown.getByRole('row').nth(1);
    await expect
      .poll(() => row.getByRole('cell').allInnerTexts())
      .toEqual(['config/web /properties/remoteDebuggingEnabled', 'true', 'false']);
    await shown.getByText('Risk: An open debugging session ends').waitFor();
    await expect.poll(() => shown.innerText()).toMatch(/Changed by\s+Grace Hopper/);
    await shown.getByText('Exact request').click();
    await shown.getByText('"remoteDebuggingEnabled": false').waitFor();
    await shown.getByText('Fix it at the source').click();
    await shown.getByText('remote_debugging_enabled = false').waitFor();
  });

  it('that supersede another one show what changed', async () => {
    await view.open('#approvals');
    const shown = view.card('CORS does not allow every origin');
    await shown.getByRole('table', { name: 'Changed since the request' }).getByText('https://old.example').waitFor();
    await shown.getByText('(application)').waitFor();
  });

  it('are approved with the digest that was shown; the card then shows the new status until the write is finished', async () => {
    let status = 'approved';
    const decided = () => ({
      ...approval('01A', {
        status,
        decision: { by: { objectId: 'o', name: 'Ada' }, at: new Date().toISOString(), comment: 'Fine.' },
      }),
    });
    await view.open('#approvals', {
      'POST /api/approvals/01A/approve': () => ({ status: 202, body: decided() }),
      'GET /api/approvals/01A': () => ({ body: decided() }),
    });
    const shown = view.card('Remote debugging is off');
    await shown.getByLabel('Comment').fill('Fine.');
    await shown.getByRole('button', { name: 'Approve' }).click();
    await shown.getByText('This change is approved; the write is pending. Decided by Ada').waitFor();
    await shown.getByText('Fine.').waitFor();
    await expect.poll(() => shown.getByRole('button').count()).toBe(0);
    expect(view.sent('POST')).toMatchObject([
      { path: '/api/approvals/01A/approve', body: { digest: approval('01A').digest, comment: 'Fine.' } },
    ]);
    expect(view.sent('POST')[0]?.headers['content-type']).toBe('application/json');
    status = 'applied';
    await shown.getByText('This change is applied and verified').waitFor();
  });

  it('are rejected only with a comment, and without a digest', async () => {
    const decision = {
      by: { objectId: 'o', name: 'Ada' },
      at: new Date().toISOString(),
      comment: 'Not before Friday.',
    };
    await view.open('#approvals', {
      'POST /api/approvals/01A/reject': { body: approval('01A', { status: 'rejected', decision }) },
      'GET /api/approvals/01A': { body: approval('01A', { status: 'rejected', decision }) },
    });
    const shown = view.card('Remote debugging is off');
    await shown.getByRole('button', { name: 'Reject' }).click();
    await shown.getByRole('alert').getByText('Enter a comment to reject this change.').waitFor();
    expect(view.sent('POST')).toEqual([]);
    await view.page.keyboard.type('Not before Friday.');
    await shown.getByRole('button', { name: 'Reject' }).click();
    await shown.getByText('This change is rejected. Decided by Ada').waitFor();
    expect(view.sent('POST').map(({ body }) => body)).toEqual([{ comment: 'Not before Friday.' }]);
  });

  it.each([
    ['own-change', 403, 'Approval by a changer', 'You changed this app.'],
    ['stopped', 409, 'The service is stopped', 'Approvals are not possible while it is stopped.'],
    ['audit-mode', 409, 'Not allowed in mode audit', 'Change the mode first.'],
  ])('%s: the error is shown on the card, which still allows a decision', async (code, status, title, detail) => {
    await view.open('#approvals', { 'POST /api/approvals/01A/approve': problem(status, code, title, detail) });
    const shown = view.card('Remote debugging is off');
    await shown.getByLabel('Comment').fill('My comment');
    await shown.getByRole('button', { name: 'Approve' }).click();
    await shown.getByRole('alert').getByText(`${title}. ${detail}`).waitFor();
    await expect.poll(() => shown.getByLabel('Comment').inputValue()).toBe('My comment');
    await expect.poll(() => shown.getByRole('button', { name: 'Approve' }).isEnabled()).toBe(true);
    view.expectRefusal(status);
  });

  it.each([
    ['decided', 409, 'Already decided', 'rejected'],
    ['superseded', 409, 'Superseded', 'superseded'],
    ['expired', 410, 'The approval has expired', 'expired'],
  ])('%s: the card shows the current status and the reason of the refusal', async (code, status, title, now) => {
    const refused = problem(
      status,
      code,
      title,
      'The decision was not stored.',
      code === 'superseded' ? { supersededBy: '01Z' } : {},
    );
    await view.open('#approvals', {
      'POST /api/approvals/01A/approve': refused,
      'GET /api/approvals/01A': { body: approval('01A', { status: now }) },
    });
    const shown = view.card('Remote debugging is off');
    await shown.getByRole('button', { name: 'Approve' }).click();
    const alert = shown.getByRole('alert').filter({ hasText: title });
    await alert.waitFor();
    await expect.poll(() => shown.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    if (code === 'superseded')
      await expect.poll(() => alert.getByRole('link').getAttribute('href')).toBe('#approvals/01Z');
    view.expectRefusal(status);
  });

  it('offer no decision to readers', async () => {
    await view.open('#approvals', { 'GET /.auth/me': { body: me('Reader') } });
    const shown = view.card('Remote debugging is off');
    await shown.getByText('You need the role Plumbline.Approver to decide.').waitFor();
    await expect.poll(() => shown.getByRole('button').count()).toBe(0);
  });

  it('are shown by the id in the URL, and listed in pages that may be empty', async () => {
    await view.open('#approvals/01B', { 'GET /api/approvals/01B': { body: identityApproval } });
    await view.card('CORS does not allow every origin').waitFor();
    await expect.poll(() => view.page.getByRole('article').count()).toBe(1);
    view.api.responses['GET /api/approvals'] = ({ query }) =>
      query.get('cursor') === 'two'
        ? { body: { items: [approval('01C')] } }
        : {
            body: {
              items: query.get('cursor') ? [identityApproval] : [],
              nextCursor: query.get('cursor') ? 'two' : 'one',
            },
          };
    await view.page.getByRole('link', { name: 'Show all approvals' }).click();
    await view.page.getByRole('button', { name: 'Show more' }).click();
    await view.card('Remote debugging is off').waitFor();
    await expect.poll(() => view.page.getByRole('article').count()).toBe(2);
    await expect.poll(() => view.page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  });
});
