// The frame: who lands where, shortcuts, the menu, and what it says when the service is away, stopped or of another version.
import { describe, expect, it } from 'vitest';
import { setUpConsole } from './console-page.ts';
import { problem } from './fake-api.ts';
import { state } from './samples/estate.ts';
import { me } from './samples/responses.ts';

const page = setUpConsole();
const view = () => page.page.evaluate<string>('location.hash');

describe('the frame', () => {
  it('shows mode, person and roles, and goes to a view by two keys', async () => {
    await page.open('');
    expect(await view()).toBe('#/overview');
    expect(await page.page.getByRole('banner').innerText()).toContain('Mode: Approval');
    await page.page.getByRole('button', { name: /^Account/ }).click();
    expect(await page.page.getByText('Reader, Approver, Operator').isVisible()).toBe(true);
    await page.page.keyboard.press('Escape');
    await page.page.keyboard.type('gh');
    expect(await view()).toBe('#/health');
  });

  it('lists the shortcuts at ?, and one switch turns them off', async () => {
    await page.open('#/health');
    await page.page.keyboard.press('?');
    const dialog = page.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(await dialog.getByText('Overview').count()).toBe(1);
    await dialog.getByRole('checkbox').uncheck();
    await page.page.keyboard.press('Escape');
    await page.page.keyboard.type('go');
    expect(await view()).toBe('#/health');
  });

  it('has a menu on a phone, which closes when a view is chosen', async () => {
    await page.open('#/health', { width: 390 });
    const link = page.page.getByRole('link', { name: 'Overview' });
    expect(await link.isVisible()).toBe(false);
    await page.page.getByRole('button', { name: 'Menu' }).click();
    await link.click();
    await page.settled();
    expect([await view(), await link.isVisible()]).toEqual(['#/overview', false]);
  });

  it('says that changes are stopped, and that the service has another version', async () => {
    const stopped = {
      ...{ reason: 'Incident 7', at: state.approvals.oldestAt ?? '' },
      by: { type: 'user' as const, name: 'Grace Hopper' },
    };
    await page.open('#/health', {
      responses: { 'GET /api/state': { body: { ...state, stopped, version: '99.0.0' } } },
    });
    const main = await page.page.getByRole('main').innerText();
    expect(main).toContain('Changes are stopped. No changes are made. Reason: Incident 7');
    expect(main).toContain('A new version is available.');
  });

  it('keeps what is shown while the service is away, and asks again when it is back', async () => {
    await page.open('#/health');
    page.expectRefusal('offline');
    await page.page.context().setOffline(true);
    await page.page.getByText('You are offline.').waitFor();
    expect(await page.page.getByRole('heading', { name: 'Health' }).isVisible()).toBe(true);
    await page.page.context().setOffline(false);
    await page.page.getByText('You are offline.').waitFor({ state: 'hidden' });
  });

  it('asks a person without a session to sign in, and comes back to the same address', async () => {
    const refused = problem(401, 'unauthenticated', 'Signed out', 'Sign in.');
    page.expectRefusal(401);
    await page.open('#/health', { responses: { 'GET /api/me': refused, 'GET /api/state': refused } });
    const link = page.page.getByRole('main').getByRole('link', { name: 'Sign in' });
    expect(decodeURIComponent((await link.getAttribute('href')) ?? '')).toContain('/api/console#/health');
  });

  it('offers the stop to operators only', async () => {
    const stop = () => page.page.getByRole('button', { name: 'Stop all changes' }).count();
    await page.open('#/health');
    expect(await stop()).toBe(1);
    await page.open('#/health', { responses: { 'GET /api/me': { body: me('Reader') } } });
    expect(await stop()).toBe(0);
  });

  it('saves what is shown under a name', async () => {
    await page.open('#/overview?period=7');
    await page.page.getByRole('button', { name: 'Save this view' }).click();
    await page.page.getByLabel('Name').fill('Last week');
    await page.page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.page.reload();
    const link = page.page.getByRole('link', { name: 'Last week' });
    expect(await link.getAttribute('href')).toBe('#/overview?period=7');
  });
});
