// The five tasks of a newcomer, each from the page that the person comes to, in counted clicks. Keys and typing do not count.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Approval } from '../../src/console/api/types.ts';
import { setUpConsole } from './console-page.ts';
import type { Responses } from './fake-api.ts';
import { approval, brief } from './samples/approvals.ts';
import { GROUP, portal } from './samples/estate.ts';
import { explained } from './samples/findings.ts';
import { exemption, settings } from './samples/records.ts';
import { me } from './samples/responses.ts';

const page = setUpConsole();

/** Every press of a pointer, and every choice from a list: the browser itself shows the options of a list. */
const COUNTER = `
  window.clicks = 0;
  const count = ({ isTrusted, type, target }) => {
    if (type === 'change' ? target.localName === 'select' : isTrusted) window.clicks += 1;
  };
  for (const type of ['pointerdown', 'change']) addEventListener(type, count, true);
`;
const clicks = () => page.page.evaluate<number>('window.clicks');

const named = (name: string): Approval =>
  approval(`01${name}`, {
    digest: `sha256:${name}`,
    resource: { ...portal, id: portal.id.replace('legacy-portal', name), name },
  });
const similar = ['orders', 'billing', 'returns'].map(named);
const key = { key: 'webapp-remote-debugging', count: 3, oldest: similar[0]?.requestedAt, impact: 'restart' };
const bySeverity = { critical: 0, high: 3, medium: 0, low: 0, info: 0 };

const queue: Responses = {
  'GET /api/me': { body: me('Reader', 'Approver') },
  'GET /api/approvals': ({ query }) =>
    query.has('group')
      ? { body: { items: [{ ...key, bySeverity }] } }
      : { body: { items: similar.map(brief), total: similar.length } },
  'POST /api/approvals/decisions': ({ body }) => ({
    body: {
      items: body.items.map(({ id }: { id: string }) => ({
        ...{ id, status: 202, approval: { ...similar.find((one) => one.id === id), status: 'applied' } },
      })),
    },
  }),
};

it('approves three similar changes in four clicks', async () => {
  await page.open('', { responses: queue });
  await page.page.evaluate(COUNTER);
  await page.page.getByLabel('Group by').selectOption({ label: 'Rule' });
  await page.page.getByRole('checkbox', { name: /^Select all 3 of/ }).click();
  await page.page.getByRole('button', { name: 'Approve…' }).click();
  const dialog = page.page.getByRole('dialog', { name: 'Approve 3 changes' });
  await dialog.getByText(/remoteDebuggingEnabled true → false on 3 apps/).waitFor();
  await dialog.getByRole('button', { name: 'Approve 3' }).click();
  await page.page.getByText('3 of 3 applied').waitFor();
  expect(page.sent('POST').map(({ body }) => body.items)).toEqual([similar.map(({ id, digest }) => ({ id, digest }))]);
  expect(await clicks()).toBeLessThanOrEqual(4);
});

describe('an operator, from the overview,', () => {
  const responses: Responses = {
    'GET /api/me': { body: me('Reader', 'Operator') },
    'GET /api/settings': { headers: { etag: '"7"' }, body: { ...settings, scopes: [] } },
    'PUT /api/settings': { headers: { etag: '"8"' }, body: settings },
    'POST /api/exemptions': { status: 201, body: exemption },
  };
  beforeAll(async () => {
    await page.open('', { responses });
    await page.page.evaluate(COUNTER);
  });
  beforeEach(async () => {
    await page.goTo('#/overview', responses);
    await page.page.evaluate('window.clicks = 0');
  });

  it('sees why an app was not fixed in two clicks', async () => {
    await page.page.keyboard.type('gp');
    await page.page.getByPlaceholder('Search apps').waitFor();
    await page.page.keyboard.type('/legacy');
    // Its chip moves the rows.
    await page.page.getByText('Search apps: legacy').waitFor();
    await page.page.getByRole('row', { name: /^legacy-portal/ }).click();
    const row = page.page.getByRole('row', { name: 'Remote debugging is off: Fail' });
    await row.getByText('A risky fix requires an approval.').waitFor();
    await row.getByText('Needs approval').waitFor();
    expect(await clicks()).toBeLessThanOrEqual(2);
    const address = await page.page.evaluate<string>('location.hash');
    expect(address, 'the address of the answer').toContain(`#/apps${portal.id}`);
  });

  it('switches a resource group to auto-fix in two clicks, after a preview', async () => {
    await page.page.keyboard.type('gt');
    await page.page.getByRole('combobox', { name: 'Mode of Resource group shop' }).selectOption({ label: 'Auto-fix' });
    const dialog = page.page.getByRole('dialog', { name: /^Change the mode of Resource group/ });
    await dialog.getByRole('table').first().waitFor();
    await page.settled();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(page.sent('POST').map(({ path }) => path)).toEqual(['/api/settings/preview']);
    const [saved] = page.sent('PUT');
    expect([saved?.headers['if-match'], saved?.body.scopes]).toEqual(['"7"', [{ scope: GROUP, mode: 'autofix' }]]);
    expect(await clicks()).toBeLessThanOrEqual(2);
  });

  it('exempts an app for thirty days in two clicks', async () => {
    const [finding] = explained.findings;
    const one = { 'GET /api/explain': { body: { ...explained, findings: [finding] } } };
    await page.goTo(`#/apps${portal.id}`, { ...responses, ...one });
    await page.page.getByRole('button', { name: 'Exempt…' }).click();
    const dialog = page.page.getByRole('dialog', { name: 'Exempt' });
    await dialog.getByLabel('Reason').fill('a developer needs it this month');
    await dialog.getByRole('button', { name: 'Exempt', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    const sent = page.sent('POST').find(({ path }) => path === '/api/exemptions')?.body;
    const days = (Date.parse(sent.expires) - Date.now()) / 86_400_000;
    expect([sent.scope, sent.rule, days > 29.9 && days < 32]).toEqual([portal.id, finding?.rule, true]);
    expect(await clicks()).toBeLessThanOrEqual(2);
  });

  it('proves the log of last week in one click', async () => {
    await page.page.getByRole('link', { name: 'Audit log', exact: true }).click();
    await page.page.getByText('Verified.', { exact: true }).waitFor();
    await page.page.getByText(/entries of the last 7 days/).waitFor();
    for (const name of ['Download evidence', 'Export signed', 'Export CSV'])
      expect(await page.page.getByRole('button', { name }).isEnabled(), name).toBe(true);
    expect(await page.page.getByText(/^Public keys/).count()).toBe(1);
    expect(await clicks()).toBeLessThanOrEqual(1);
  });
});
