// The console against the running service: what changes is shown without a reload, also after the service was away.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { launchChromium } from '../../browser/chromium.ts';
import { principalHeader, type Role, staff } from '../fixtures/callers.ts';
import { rightWebApp } from '../fixtures/estate.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const app = rightWebApp('storefront');
const plumbline = usePlumbline({ resources: [app] });
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** The console as this person sees it. */
async function openAs(roles: readonly Role[]): Promise<Page> {
  const page = await browser.newPage();
  await page.setExtraHTTPHeaders({ 'x-ms-client-principal': principalHeader(staff.operator, roles) });
  page.setDefaultTimeout(60_000);
  await page.goto(`${plumbline.dev.url}/api/console#/overview`);
  return page;
}

test('a drift becomes a pending approval in the navigation without a reload', async () => {
  const page = await openAs(['Operator']);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.evaluate('window.sameDocument = true');
  await plumbline.change(people.ada, app.id, 'config/web', { properties: { remoteDebuggingEnabled: true } });
  await plumbline.pending(app.id, 'webapp-remote-debugging');
  await page.getByRole('navigation').getByText('1 pending').or(page.getByText('1 approval')).first().waitFor();
  expect(await page.evaluate('window.sameDocument')).toBe(true);
  await page.close();
});

test('a page that was offline goes on where it was', async () => {
  const page = await openAs(['Reader']);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.context().setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await page.context().setOffline(false);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.close();
});

test('a session that ends leaves what is shown, and asks to sign in again', async () => {
  const page = await openAs(['Reader']);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.setExtraHTTPHeaders({});
  await page.getByText('You are signed out.').waitFor();
  expect(await page.getByRole('heading', { name: 'Overview' }).isVisible()).toBe(true);
  await page.close();
});
