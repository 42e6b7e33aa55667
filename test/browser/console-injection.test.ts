import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { allResponses, approval, entry, finding, me, settings } from './samples.ts';

const MARKUP =
  '<img src=x onerror="window.injected=1"><script>window.injected=1</script>"\'><svg onload=window.injected=1>';
const LINK = 'javascript:window.injected=1';

let api: FakeApi;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  api = await startFakeApi();
  browser = await launchChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await api?.close();
});

describe('data from outside is shown as text', () => {
  it.each(['approvals', 'findings', 'audit', 'settings'])('on %s', async (view) => {
    api.responses = injectedResponses();
    page = await browser.newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`${api.url}/api/console#${view}`);
    await page.locator(`#${view}`).getByText('onerror=').first().waitFor();
    for (const summary of await page.locator(`#${view} summary`).all()) await summary.click();
    // Opened details may request more data.
    await expect.poll(() => page.locator('[aria-busy]').count()).toBe(0);
    expect(await page.evaluate('window.injected')).toBeUndefined();
    expect(await page.evaluate('document.querySelectorAll("main img, main svg, main script").length')).toBe(0);
    const links = await page.evaluate<string[]>('[...document.querySelectorAll("a")].map((a) => a.protocol)');
    expect([...new Set(links)]).toEqual(['http:']);
    // The Content-Security-Policy is the second protection: it had nothing to block.
    expect(errors).toEqual([]);
    await page.close();
  });

  it('the policy blocks injected scripts', async () => {
    api.responses = allResponses();
    page = await browser.newPage();
    await page.goto(`${api.url}/api/console`);
    await page.evaluate(`document.querySelector('main').innerHTML = ${JSON.stringify(MARKUP)}`);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.injected = 1' }))`,
    );
    expect(await page.evaluate('window.injected')).toBeUndefined();
    await page.close();
  });

  it('a name does not change the writing direction of the text around it', async () => {
    api.responses = injectedResponses();
    page = await browser.newPage();
    await page.goto(`${api.url}/api/console#audit`);
    await page.locator('#audit-list bdi').first().waitFor();
    expect(await page.evaluate('getComputedStyle(document.querySelector("#audit-list bdi")).unicodeBidi')).toBe(
      'isolate',
    );
    await page.close();
  });
});

function injectedResponses() {
  const person = { objectId: MARKUP, name: `${MARKUP}\u202e`, type: 'user' };
  const resource = { id: `/subscriptions/${MARKUP}`, type: MARKUP, name: MARKUP };
  const changes = [{ document: MARKUP, path: MARKUP, from: MARKUP, to: { [MARKUP]: [MARKUP] } }];
  const reasons = [{ code: MARKUP, text: MARKUP }];
  const rule = { ...approval('x').rule, id: MARKUP, title: MARKUP, risk: MARKUP, severity: MARKUP, impact: MARKUP };
  const shared = { resource, changes, reasons };
  return {
    ...allResponses(),
    'GET /.auth/me': { body: [{ ...me('Reader', 'Approver', 'Operator')[0], user_id: MARKUP }] },
    'GET /api/approvals': {
      body: {
        items: [
          approval('01A', {
            ...shared,
            rule,
            changedBy: person,
            moved: changes,
            source: { bicep: MARKUP, terraform: MARKUP },
            plan: [{ method: MARKUP, path: MARKUP, body: MARKUP }],
          }),
          approval(LINK, {
            ...shared,
            rule,
            status: 'superseded',
            supersededBy: LINK,
            decision: { by: person, at: MARKUP, comment: MARKUP },
          }),
        ],
      },
    },
    [`GET ${new URL(`/api/rules/${encodeURIComponent(MARKUP)}`, api.url).pathname}`]: {
      body: { why: MARKUP, source: { bicep: MARKUP, terraform: MARKUP } },
    },
    'GET /api/findings': {
      body: {
        items: [
          finding({
            ...shared,
            title: MARKUP,
            reason: MARKUP,
            rule: MARKUP,
            severity: MARKUP,
            references: [{ source: MARKUP, id: LINK }],
            decision: { action: MARKUP, until: MARKUP, reasons, approvalId: LINK },
          }),
        ],
      },
    },
    'GET /api/audit': {
      body: {
        items: [
          entry('a1', {
            ...shared,
            kind: MARKUP,
            rule: MARKUP,
            message: MARKUP,
            actor: { ...person },
            approvalId: LINK,
            operationId: LINK,
            trigger: { type: MARKUP, operation: MARKUP, changedBy: person },
          }),
        ],
      },
    },
    'GET /api/settings': {
      headers: { etag: '"1"' },
      body: { ...settings, stopped: { reason: MARKUP, at: MARKUP, by: person }, rules: { [MARKUP]: {} } },
    },
  };
}
