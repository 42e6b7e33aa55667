import { QueueClient } from '@azure/storage-queue';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { people } from '../../../simulator/estate.ts';
import { listedExemption } from '../../../src/api/endpoints/exemptions.ts';
import { scanAnswer } from '../../../src/api/endpoints/scans.ts';
import { settingsAnswer } from '../../../src/api/endpoints/settings.ts';
import { staff } from '../fixtures/callers.ts';
import { useConsole } from '../fixtures/console.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const shop = rightWebApp('shop', { web: { remoteDebuggingEnabled: true } });
const cellar = rightWebApp('cellar');
const plumbline = usePlumbline({ resources: [shop, cellar], environment: { PLUMBLINE_MODE: 'approve' } });
const console = useConsole(plumbline);
const operator = () => plumbline.as(staff.operator, 'Operator');
const open = (hash: string) => console.open(staff.operator, ['Operator'], hash);
const DAY = 86_400_000;

test('from its page, an app is exempt for 30 days in two clicks and a reason, and its row says so', async () => {
  await plumbline.outcomeOf(await plumbline.change(people.grace, shop.id, 'resource', touched));
  const page = await open(`#/apps${shop.id}`);
  const row = page.getByRole('row', { name: 'Remote debugging is off: Fail' });
  await row.getByText('Needs approval').waitFor();

  await page.getByRole('button', { name: 'Exempt…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Exempt' });
  await dialog.getByLabel('Reason').fill('a developer needs it this month');
  await dialog.getByText('1 failing check is covered. 1 pending approval is resolved.').waitFor();
  await dialog.getByRole('button', { name: 'Exempt', exact: true }).click();
  await row.getByText('Exempt', { exact: true }).waitFor();

  const [granted] = await operator().list('/exemptions', listedExemption);
  expect(granted).toMatchObject({ rule: 'webapp-remote-debugging', reason: 'a developer needs it this month' });
  const days = (Date.parse(granted?.expires ?? '') - Date.now()) / DAY;
  expect([days > 29.9, days < 32]).toEqual([true, true]);

  await page.goto(page.url().replace(/#.*/, '#/exemptions'));
  await page.getByRole('row', { name: 'webapp-remote-debugging on Web app shop' }).click();
  const sheet = page.getByRole('complementary', { name: 'webapp-remote-debugging' });
  await sheet.getByRole('button', { name: 'Remove…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('No exemptions').waitFor();
});

test('a scan of a resource group shows its progress to the end', async () => {
  const group = shop.id.split('/').slice(0, 5).join('/');
  const page = await open('#/scans');
  await page.getByRole('button', { name: 'Scan…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start a scan' });
  await dialog.getByLabel('Scope').fill(group);
  await dialog.getByText('Resource group shop').waitFor();
  await dialog.getByRole('button', { name: 'Scan', exact: true }).click();
  await page.getByRole('row', { name: /^Resource group shop: Completed/ }).waitFor();
  const { body } = await operator().ask('GET', '/scans');
  const [scan] = z.object({ items: z.array(scanAnswer) }).parse(body).items;
  expect(scan).toMatchObject({ scope: group, status: 'done', found: scan?.evaluated });
  await page.getByText(`${scan?.found} of ${scan?.found}`).waitFor();
});

test('a dead letter is read and tried again', async () => {
  const { connectionString } = plumbline.dev.storage;
  const poison = new QueueClient(connectionString, 'plumbline-reconcile-poison');
  await poison.createIfNotExists();
  const message = { resource: cellar.id, cause: 'scan', attempt: 3 };
  await poison.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
  const page = await open('#/dead-letters');
  await page.getByRole('row', { name: /^cellar: / }).click();
  const sheet = page.getByRole('complementary', { name: 'cellar' });
  await sheet.getByText('"attempt": 3').waitFor();
  await sheet.getByRole('button', { name: 'Retry…' }).click();
  await page.getByRole('dialog', { name: 'Retry this message?' }).getByRole('button', { name: 'Retry' }).click();
  await page.getByText('No dead letters').waitFor();
});

test('a parameter of a rule is changed in its form, previewed and saved', async () => {
  const page = await open('#/rules/webapp-min-tls');
  await page.getByLabel('Minimum').selectOption('1.3');
  await page.getByRole('button', { name: 'Preview and save…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('row', { name: /Parameter minimum not set 1\.3/ }).waitFor();
  const save = dialog.getByRole('button', { name: 'Save' });
  await save.click();
  await eventually('the setting is stored', async () => {
    const { rules } = await operator().get('/settings', settingsAnswer);
    return JSON.stringify(rules) === '{"webapp-min-tls":{"parameters":{"minimum":"1.3"}}}';
  });
});
