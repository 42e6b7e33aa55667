// Approvals and findings in quantity: how many requests a view makes, and what a decision sends.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type FakeApi, type FakeRequest, type FakeResponse, startFakeApi } from './fake-api.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop';
const COUNT = 10_000;
const at = '2026-11-30T10:00:00Z';

function approval(index: number) {
  const name = `app-${index}`;
  return {
    ...{
      id: `A${index}`,
      purpose: 'fix',
      status: 'pending',
      digest: `sha256:${index}`,
      requestedAt: at,
      expiresAt: at,
    },
    resource: { id: `${GROUP}/providers/Microsoft.Web/sites/${name}`, type: 'Microsoft.Web/sites', name },
    rule: {
      ...{ id: `rule-${index % 4}`, version: 1, title: `Rule ${index % 4}`, severity: 'high', risk: 'It restarts.' },
      ...{ impact: 'restart', reversible: true },
    },
    changes: [{ document: 'resource', path: '/properties/httpsOnly', from: false, to: true }],
    ...{ reasons: [], moved: [], auditIds: [], mayDecide: { allowed: true, reason: null } },
  };
}
const approvals = Array.from({ length: COUNT }, (_, index) => approval(index));
const findings = approvals.map(({ resource, rule }) => ({
  ...{
    rule: rule.id,
    title: rule.title,
    severity: 'high',
    verdict: 'violation',
    resource,
    since: at,
    key: resource.name,
  },
  ...{ documentation: 'docs/rules/web-app.md', decision: { action: 'queue', hasApproval: true } },
}));
const groups = Array.from({ length: 4 }, (_, index) => ({
  ...{ key: `rule-${index}`, count: COUNT / 4, oldest: at, impact: 'restart', exempt: 0 },
  ...{ bySeverity: {}, byVerdict: { violation: COUNT / 4, compliant: 0 } },
}));

function listOf<T>(items: readonly T[], ruleOf: (item: T) => string) {
  return ({ query }: FakeRequest): FakeResponse => {
    if (query.has('group')) return { body: { items: groups } };
    const found = query.has('rule') ? items.filter((item) => ruleOf(item) === query.get('rule')) : items;
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('limit') ?? 50);
    const more = to < found.length ? { nextCursor: String(to) } : {};
    return { body: { items: found.slice(from, to), ...more, ...(query.has('total') ? { total: found.length } : {}) } };
  };
}

let api: FakeApi;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  api = await startFakeApi();
  browser = await launchChromium();
});
afterEach(async () => {
  await page.context().close();
  expect(errors.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await api?.close();
});

async function open(hash: string): Promise<void> {
  api.responses = {
    'GET /api/me': {
      body: {
        name: 'Ada',
        objectId: '1',
        type: 'user',
        roles: ['Reader', 'Approver', 'Operator'].map((role) => `Plumbline.${role}`),
      },
    },
    'GET /api/state': {
      headers: { etag: '"1"' },
      body: {
        ...{ mode: 'approve', stopped: null, deadLetters: 0, approvals: { pending: COUNT, oldestAt: at } },
        ...{ scans: { running: 0 }, revisions: { approvals: 1, findings: 1, audit: 1, settings: 1 } },
      },
    },
    'GET /api/settings': { body: { scopes: [] } },
    'GET /api/approvals': listOf(approvals, ({ rule }) => rule.id),
    'GET /api/findings': listOf(findings, ({ rule }) => rule),
    'POST /api/approvals/decisions': ({ body: { items } }) => ({
      body: {
        items: items.map(({ id }: { id: string }) =>
          id === 'A8'
            ? {
                id,
                status: 409,
                problem: {
                  type: 'about:blank',
                  title: 'Moved',
                  status: 409,
                  code: 'digest-mismatch',
                  detail: 'The change is no longer what was shown.',
                },
              }
            : { id, status: 202, approval: { ...approvals[Number(id.slice(1))], status: 'applied' } },
        ),
      },
    }),
  };
  api.requests.splice(0);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${api.url}/api/console${hash}`);
}

/** Requests for the content of a view; who is signed in and the state are asked once for all views. */
const content = () => api.requests.filter(({ path }) => path !== '/api/me' && path !== '/api/state');

test.each(['approvals', 'findings'])(
  'with 10,000 %s a view makes at most three requests, grouped or not',
  async (view) => {
    await open(`#/${view}`);
    await page.getByText(/100 of 10,000/).waitFor();
    expect(content()).toHaveLength(1);
    await page.getByLabel('Group by').selectOption({ label: 'Rule' });
    await page
      .getByRole('button', { name: 'rule-3' })
      .or(page.getByRole('button', { name: 'Rule 3' }))
      .click();
    await page
      .getByRole('row', { name: /Rule 3 on app-3/ })
      .first()
      .waitFor();
    expect(content().length).toBeLessThanOrEqual(3);
  },
);

test('a decision sends exactly what was selected and shown, with its digests, and shows what was refused', async () => {
  await open('#/approvals');
  await page.getByRole('row', { name: 'Rule 0 on app-0' }).waitFor();
  for (const key of ['j', 'x', 'Shift+ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key);
  await page.getByRole('checkbox', { name: 'Select Rule 0 on app-8', exact: true }).click();
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog', { name: 'Approve 4 changes' });
  await dialog.getByText(/httpsOnly false → true on 2 apps/).waitFor();
  await dialog.getByRole('button', { name: 'Approve 4' }).click();
  const job = page.getByRole('article', { name: 'Approve 4' });
  await job.getByText('3 of 4 applied · 1 refused', { exact: true }).waitFor();
  const [sent] = api.requests.filter(({ method }) => method === 'POST');
  const ids = ['A0', 'A1', 'A2', 'A8'];
  expect(sent?.body).toEqual({
    decision: 'approve',
    comment: '',
    items: ids.map((id) => ({ id, digest: `sha256:${id.slice(1)}` })),
  });
  await page.reload();
  await job.getByRole('button', { name: 'Show items' }).click();
  await job.getByText('The change is no longer what was shown.').waitFor();
  expect(api.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

test('a group is selected by one box and its items are sent in parts of 100; of 2,500 rows few exist', async () => {
  await open('#/approvals?group=rule');
  const box = page.getByRole('checkbox', { name: /^Select all 2500 of/ }).first();
  await box.click();
  await page.getByText('2,500 selected').waitFor();
  expect(await box.isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Rule 0' }).click();
  await page.getByRole('row', { name: 'Rule 0 on app-0', exact: true }).waitFor();
  expect(await page.getByRole('row').count()).toBeLessThan(120);
  expect(await page.locator('tbody tr[tabindex="0"]').count()).toBe(1);
  await page.getByRole('button', { name: 'Approve…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Approve 2,500 changes' });
  await dialog.getByLabel('Type 2500 to confirm').fill('2500');
  await dialog.getByRole('button', { name: 'Approve 2500' }).click();
  await page.getByText(/^2499 of 2500 applied/).waitFor();
  const sizes = api.requests.filter(({ method }) => method === 'POST').map(({ body }) => body.items.length);
  expect(sizes).toEqual(Array.from({ length: 25 }, () => 100));
});
