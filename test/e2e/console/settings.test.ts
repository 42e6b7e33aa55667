import { expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { settingsAnswer } from '../../../src/api/endpoints/settings.ts';
import { staff } from '../fixtures/callers.ts';
import { useConsole } from '../fixtures/console.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const shop = rightWebApp('shop', { web: { remoteDebuggingEnabled: true } });
const plumbline = usePlumbline({ resources: [shop], environment: { PLUMBLINE_MODE: 'approve' } });
const console = useConsole(plumbline);
const operator = () => plumbline.as(staff.operator, 'Operator');
const settings = () => operator().get('/settings', settingsAnswer);

test('a change of a mode is previewed, meets the change of somebody else, and is saved with it', async () => {
  await plumbline.outcomeOf(await plumbline.change(people.grace, shop.id, 'resource', touched));
  const page = await console.open(staff.operator, ['Operator'], '#/settings?section=scopes');
  await page.getByRole('combobox', { name: /^Mode of Resource group/ }).selectOption({ label: 'Report only' });
  const dialog = page.getByRole('dialog', { name: /^Change the mode of Resource group/ });
  await dialog.getByText('1 check changes.').waitFor();
  const save = dialog.getByRole('button', { name: 'Save' });

  await operator().putSettings({ ...(await settings()), limits: { fixesPerHour: 7 } });
  await save.click();
  await dialog.getByText('Settings changed by someone else.').waitFor();
  await dialog.getByRole('row', { name: /Automatic fixes an hour and subscription 25 7/ }).waitFor();
  expect((await settings()).scopes).toEqual([]);

  await save.click();
  await dialog.waitFor({ state: 'detached' });
  const stored = await settings();
  expect([stored.scopes.map(({ mode }) => mode), stored.limits.fixesPerHour]).toEqual([['audit'], 7]);
  await page.getByRole('row', { name: /Resource group .* This scope/ }).waitFor();
  await operator().putSettings({ ...stored, scopes: [] });
});

test('a stop holds changes, and resuming lets them go', async () => {
  const page = await console.open(staff.operator, ['Operator'], '#/settings?section=mode');
  await page.getByRole('button', { name: 'Stop all changes…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop all changes' });
  await dialog.getByLabel('Reason (required)').fill('an incident');
  await dialog.getByRole('button', { name: 'Stop all changes' }).click();
  await page.getByRole('main').getByText('Stopped').first().waitFor();
  expect((await settings()).stopped).toMatchObject({
    reason: 'an incident',
    by: { objectId: staff.operator.objectId },
  });
  await page.getByRole('button', { name: 'Resume changes…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume changes' }).click();
  await eventually('the stop ends', async () => (await settings()).stopped === null);
});

test('a fix is found in the log, and rolled back from there', async () => {
  await plumbline.outcomeOf(await plumbline.change(people.grace, shop.id, 'resource', touched));
  const page = await console.open(staff.approver, ['Approver'], '#/audit');
  await page.getByText('Verified.').waitFor();
  const approver = plumbline.as(staff.approver, 'Approver');
  await approver.approve(await plumbline.pending(shop.id, 'webapp-remote-debugging'), 'not in production');
  const applied = page.getByRole('row', { name: /Fix applied/ });
  await page.getByRole('button', { name: /Show/ }).click();
  await applied.first().click();
  const details = page.getByRole('complementary', { name: 'Fix applied' });
  await details.getByRole('button', { name: 'Roll back…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Roll back' });
  await dialog.getByLabel('Comment (required)').fill('a developer needs it for a day');
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await dialog.getByText('1 of 1 rollback requested.').waitFor();
  await eventually('the rollback is written', async () =>
    (await plumbline.audit(shop.id)).some(({ kind }) => kind === 'rollback.applied'),
  );
});
