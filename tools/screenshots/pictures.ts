/** The pictures of the console: where each is taken, and what is done before. */
import type { Page } from 'playwright-core';

export interface Picture {
  /** Of the file: `docs/images/console-<name>.webp`. */
  readonly name: string;
  /** The address of the view. */
  readonly at: string;
  readonly height?: number;
  /** What the person does before the picture is taken. */
  prepare?(page: Page): Promise<void>;
}

const APP =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.Web/sites/storefront';

export const PICTURES: readonly Picture[] = [
  { name: 'overview', at: '#/overview', height: 900 },
  { name: 'approvals', at: '#/approvals' },
  {
    name: 'approve',
    at: '#/approvals?group=rule',
    async prepare(page) {
      await page
        .getByRole('checkbox', { name: /^Select all/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Approve…' }).click();
      await page
        .getByRole('dialog')
        .getByText(/on 9 apps/)
        .waitFor();
    },
  },
  { name: 'app', at: `#/apps${APP}` },
  {
    name: 'mode',
    at: '#/settings?section=scopes',
    async prepare(page) {
      await page.getByRole('combobox', { name: 'Mode of Resource group shop' }).selectOption({ label: 'Auto-fix' });
      await page.getByRole('dialog').getByRole('table').first().waitFor();
    },
  },
  {
    name: 'exempt',
    at: `#/apps${APP}`,
    async prepare(page) {
      await page.getByRole('button', { name: 'Exempt…' }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill('An old partner client is replaced in April.');
    },
  },
  { name: 'audit-log', at: '#/audit' },
  {
    name: 'roll-back',
    at: '#/audit?kind=fix.applied',
    async prepare(page) {
      await page
        .getByRole('row', { name: /Fix applied/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Roll back…' }).click();
      await page.getByRole('dialog').getByLabel('Comment (required)').fill('The partner needs TLS 1.0 until Friday.');
    },
  },
];
