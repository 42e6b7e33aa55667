// Apps, rules, exemptions and dead letters in the console.
import { describe, expect, it } from 'vitest';
import { axeViolations } from './accessibility.ts';
import { setUpConsole } from './console-page.ts';
import { problem } from './fake-api.ts';
import { portal } from './samples/estate.ts';
import { explained } from './samples/findings.ts';
import { deadLetter, exemption } from './samples/records.ts';
import { me } from './samples/responses.ts';

const page = setUpConsole();
const APP = `#/apps${portal.id}`;
const failing = explained.findings.filter(({ verdict }) => verdict === 'violation');

describe('the page of an app', () => {
  it('has its failing checks, each with its action, why and change, and what would lift it', async () => {
    await page.open(APP);
    expect(page.sent('GET').map(({ path }) => path)).toEqual(['/api/explain', '/api/settings/effective']);
    const rows = page.page.getByRole('table', { name: 'Checks of this app' }).getByRole('row');
    expect(await rows.count()).toBe(failing.length + 1);
    await rows.nth(1).click();
    const sheet = page.page.getByRole('complementary');
    await sheet
      .getByText(/Plumbline fixes it\./)
      .first()
      .waitFor();
    expect(await page.page.evaluate('location.hash')).toContain(`open=${failing[0]?.rule}`);
  });

  it('shows each section at its address', async () => {
    const sections = {
      events: 'Changed by',
      settings: 'Value',
      documents: 'No permission',
      pending: 'Impact',
      history: 'Actor',
    };
    await page.open(APP);
    for (const [tab, text] of Object.entries(sections)) {
      await page.goTo(`${APP}?tab=${tab}`);
      await page.page.getByText(text, { exact: true }).filter({ visible: true }).first().waitFor();
      expect(await axeViolations(page.page), tab).toEqual([]);
    }
  });

  it('of an app that was never read offers a scan', async () => {
    const responses = {
      'GET /api/explain': problem(404, 'not-found', 'Not found', 'Plumbline has never read this resource.'),
    };
    await page.open(APP, { responses });
    page.expectRefusal(404);
    await page.page.getByText('Plumbline has not checked this app yet').waitFor();
    expect(await page.page.getByRole('button', { name: 'Scan' }).isEnabled()).toBe(true);
  });

  it('has no actions for a reader', async () => {
    await page.open(APP, { responses: { 'GET /api/me': { body: me('Reader') } } });
    expect(await page.page.getByRole('button', { name: /^(Scan|Exempt…|Change mode…)$/ }).count()).toBe(0);
  });
});

describe('an exemption', () => {
  it('is previewed before it is granted; messages say what is missing, and a refusal stays in the dialog', async () => {
    const refused = problem(503, 'storage-unavailable', 'Storage is unavailable', 'Try again in a minute.');
    await page.open(`${APP}?open=${failing[0]?.rule}`, { responses: { 'POST /api/exemptions': refused } });
    await page.page.getByRole('complementary').getByRole('button', { name: 'Exempt…' }).click();
    const dialog = page.page.getByRole('dialog', { name: 'Exempt' });
    const grant = dialog.getByRole('button', { name: 'Exempt', exact: true });
    await grant.click();
    await dialog.getByText('Enter a reason.').waitFor();
    expect(page.sent('POST').map(({ path }) => path)).toEqual(['/api/exemptions/preview']);
    await dialog.getByLabel('Scope').selectOption({ label: 'Resource group shop' });
    await dialog.getByLabel('Reason').fill('until the release');
    await page.settled();
    await grant.click();
    await dialog.getByText('Try again in a minute.').waitFor();
    page.expectRefusal(503);
    expect(page.sent('POST').at(-1)?.body).toMatchObject({
      scope: portal.id.split('/').slice(0, 5).join('/'),
      rule: failing[0]?.rule,
      owner: 'Ada Lovelace',
      reason: 'until the release',
    });
  });

  it('is renewed for the chosen days, with its reason', async () => {
    const path = `PUT /api/exemptions/${exemption.id}`;
    await page.open(`#/exemptions?open=${exemption.id}`, { responses: { [path]: { body: exemption } } });
    await page.page.getByRole('button', { name: 'Renew…' }).click();
    const dialog = page.page.getByRole('dialog');
    await dialog.getByRole('button', { name: '90 days' }).click();
    await page.settled();
    await dialog.getByRole('button', { name: 'Renew', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    const [sent] = page.sent('PUT');
    expect(sent?.body.reason).toBe(exemption.reason);
    expect(Math.round((Date.parse(sent?.body.expires) - Date.now()) / 86_400_000)).toBeGreaterThanOrEqual(90);
  });
});

describe('rules', () => {
  it('are found by a text, and in the order of a column', async () => {
    await page.open('#/rules?q=minimum inbound');
    const rows = page.page.getByRole('table', { name: 'Rules' }).getByRole('row');
    expect(await rows.count()).toBeLessThan(6);
    await page.open('#/rules');
    await page.page.getByRole('columnheader', { name: 'Severity' }).getByRole('button').click();
    expect(await page.page.evaluate('location.hash')).toContain('sort=-severity');
  });

  it('have a form for their parameters, whose messages say what to enter', async () => {
    await page.open('#/rules/containerapp-max-replicas');
    await page.page.getByLabel('Bound').fill('0');
    await page.page.getByRole('button', { name: 'Preview and save…' }).click();
    await page.page.getByText('Enter a whole number from 1 to 1000.').waitFor();
    expect(page.sent('POST')).toEqual([]);
    await page.page.getByLabel('Bound').fill('12');
    await page.page.getByRole('button', { name: 'Preview and save…' }).click();
    await page.page.getByRole('dialog').waitFor();
    await page.settled();
    expect(page.sent('POST')[0]?.body.rules['containerapp-max-replicas']).toEqual({ parameters: { bound: 12 } });
  });
});

it('a dead letter is retried by its id', async () => {
  const path = `POST /api/deadletters/${deadLetter.id}/release`;
  await page.open(`#/dead-letters?open=${deadLetter.id}`, { responses: { [path]: { status: 202 } } });
  await page.page.getByRole('complementary').getByRole('button', { name: 'Retry…' }).click();
  await page.page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
  await page.page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(page.sent('POST').map((one) => `${one.method} ${one.path}`)).toEqual([path]);
});

it('all dead letters of all pages are retried as one job, in parts of a hundred', async () => {
  const letters = Array.from({ length: 250 }, (_, index) => ({ ...deadLetter, id: `d${index}` }));
  await page.open('#/dead-letters', {
    responses: {
      'GET /api/deadletters': ({ query }) => {
        const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit') ?? 50)];
        const more = from + limit < letters.length ? { nextCursor: String(from + limit) } : {};
        return { body: { items: letters.slice(from, from + limit), total: letters.length, ...more } };
      },
      'POST /api/deadletters/release': ({ body }) => ({
        body: { items: body.ids.map((id: string) => ({ id, status: id === 'd7' ? 400 : 202 })) },
      }),
    },
  });
  await page.page.getByRole('row').nth(1).getByRole('checkbox').click();
  await page.page.getByRole('button', { name: 'Select all 250 items that match' }).click();
  await page.page.getByText('250 selected').waitFor();
  await page.page.getByRole('button', { name: 'Retry…' }).click();
  await page.page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
  await page.page.getByText('249 of 250 sent again · 1 refused').waitFor();
  const sent = page.sent('POST').map(({ body }) => body.ids);
  expect(sent.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(sent.flat()).toEqual(letters.map(({ id }) => id));
});
