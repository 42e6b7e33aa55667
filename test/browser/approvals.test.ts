import { describe, expect, it } from 'vitest';
import { problem } from './fake-api.ts';
import { approval, identityApproval, me } from './samples.ts';
import { visits } from './visit.ts';

const visit = visits();

describe('approvals', () => {
  it('show what would change, why, by whom, and the exact requests', async () => {
    await visit.open('#approvals');
    const shown = visit.card('Remote debugging is off');
    const row = shown.getByRole('row').nth(1);
    await expect
      .poll(() => row.getByRole('cell').allInnerTexts())
      .toEqual(['config/web /properties/remoteDebuggingEnabled', 'true', 'false']);
    await shown.getByText('What may break: Whoever is debugging the app right now loses the connection').waitFor();
    await expect.poll(() => shown.innerText()).toMatch(/Changed by\s+Grace Hopper/);
    await shown.getByText('The exact request').click();
    await shown.getByText('"remoteDebuggingEnabled": false').waitFor();
    await shown.getByText('Fix it at the source').click();
    await shown.getByText('remote_debugging_enabled = false').waitFor();
  });

  it('that replaced another say what moved', async () => {
    await visit.open('#approvals');
    const shown = visit.card('Browsers of any origin may not call the app');
    await shown.getByRole('table', { name: 'What moved since then' }).getByText('https://old.example').waitFor();
    await shown.getByText('(an application)').waitFor();
  });

  it('are approved by the digest that was shown; the card then shows the new state and follows the write', async () => {
    let status = 'approved';
    const decided = () => ({
      ...approval('01A', {
        status,
        decision: { by: { objectId: 'o', name: 'Ada' }, at: new Date().toISOString(), comment: 'Fine.' },
      }),
    });
    await visit.open('#approvals', {
      'POST /api/approvals/01A/approve': () => ({ status: 202, body: decided() }),
      'GET /api/approvals/01A': () => ({ body: decided() }),
    });
    const shown = visit.card('Remote debugging is off');
    await shown.getByLabel('Comment').fill('Fine.');
    await shown.getByRole('button', { name: 'Approve' }).click();
    await shown.getByText('This change is approved, waits for its write. Decided by Ada').waitFor();
    await shown.getByText('Fine.').waitFor();
    await expect.poll(() => shown.getByRole('button').count()).toBe(0);
    expect(visit.sent('POST')).toMatchObject([
      { path: '/api/approvals/01A/approve', body: { digest: approval('01A').digest, comment: 'Fine.' } },
    ]);
    expect(visit.sent('POST')[0]?.headers['content-type']).toBe('application/json');
    status = 'applied';
    await shown.getByText('This change is applied and verified').waitFor();
  });

  it('are rejected only with a reason, and without a digest', async () => {
    const decision = {
      by: { objectId: 'o', name: 'Ada' },
      at: new Date().toISOString(),
      comment: 'Not before Friday.',
    };
    await visit.open('#approvals', {
      'POST /api/approvals/01A/reject': { body: approval('01A', { status: 'rejected', decision }) },
      'GET /api/approvals/01A': { body: approval('01A', { status: 'rejected', decision }) },
    });
    const shown = visit.card('Remote debugging is off');
    await shown.getByRole('button', { name: 'Reject' }).click();
    await shown.getByRole('alert').getByText('Say in the comment why you reject it.').waitFor();
    expect(visit.sent('POST')).toEqual([]);
    await visit.page.keyboard.type('Not before Friday.');
    await shown.getByRole('button', { name: 'Reject' }).click();
    await shown.getByText('This change is rejected. Decided by Ada').waitFor();
    expect(visit.sent('POST').map(({ body }) => body)).toEqual([{ comment: 'Not before Friday.' }]);
  });

  it.each([
    ['own-change', 403, 'Nobody approves a change of their own', 'You are among those who changed the app.'],
    ['stopped', 409, 'The service is stopped', 'Nothing is approved while it is stopped.'],
    ['audit-mode', 409, 'Mode audit changes nothing', 'Change the mode first.'],
  ])(
    '%s: the refusal is told in words next to the card, which can still be answered',
    async (code, status, title, detail) => {
      await visit.open('#approvals', { 'POST /api/approvals/01A/approve': problem(status, code, title, detail) });
      const shown = visit.card('Remote debugging is off');
      await shown.getByLabel('Comment').fill('My comment');
      await shown.getByRole('button', { name: 'Approve' }).click();
      await shown.getByRole('alert').getByText(`${title}. ${detail}`).waitFor();
      await expect.poll(() => shown.getByLabel('Comment').inputValue()).toBe('My comment');
      await expect.poll(() => shown.getByRole('button', { name: 'Approve' }).isEnabled()).toBe(true);
      visit.expectRefusal(status);
    },
  );

  it.each([
    ['decided', 409, 'Already decided', 'rejected'],
    ['superseded', 409, 'No longer what was shown', 'superseded'],
    ['expired', 410, 'The approval has expired', 'expired'],
  ])('%s: the card shows what stands, and why the answer did not count', async (code, status, title, now) => {
    const refused = problem(
      status,
      code,
      title,
      'So it was not counted.',
      code === 'superseded' ? { supersededBy: '01Z' } : {},
    );
    await visit.open('#approvals', {
      'POST /api/approvals/01A/approve': refused,
      'GET /api/approvals/01A': { body: approval('01A', { status: now }) },
    });
    const shown = visit.card('Remote debugging is off');
    await shown.getByRole('button', { name: 'Approve' }).click();
    const alert = shown.getByRole('alert').filter({ hasText: title });
    await alert.waitFor();
    await expect.poll(() => shown.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    if (code === 'superseded')
      await expect.poll(() => alert.getByRole('link').getAttribute('href')).toBe('#approvals/01Z');
    visit.expectRefusal(status);
  });

  it('cannot be answered by who may only read', async () => {
    await visit.open('#approvals', { 'GET /.auth/me': { body: me('Reader') } });
    const shown = visit.card('Remote debugging is off');
    await shown.getByText('Deciding needs the role Plumbline.Approver.').waitFor();
    await expect.poll(() => shown.getByRole('button').count()).toBe(0);
  });

  it('are found by their address, and in pages that may be empty', async () => {
    await visit.open('#approvals/01B', { 'GET /api/approvals/01B': { body: identityApproval } });
    await visit.card('Browsers of any origin may not call the app').waitFor();
    await expect.poll(() => visit.page.getByRole('article').count()).toBe(1);
    visit.api.answers['GET /api/approvals'] = ({ query }) =>
      query.get('cursor') === 'two'
        ? { body: { items: [approval('01C')] } }
        : {
            body: {
              items: query.get('cursor') ? [identityApproval] : [],
              nextCursor: query.get('cursor') ? 'two' : 'one',
            },
          };
    await visit.page.getByRole('link', { name: 'Show all approvals' }).click();
    await visit.page.getByRole('button', { name: 'Show more' }).click();
    await visit.card('Remote debugging is off').waitFor();
    await expect.poll(() => visit.page.getByRole('article').count()).toBe(2);
    await expect.poll(() => visit.page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  });
});
