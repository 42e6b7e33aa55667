// The dialogs and sheets of the console: where each is, and how it opens. Each is checked as the views are.
import type { Page } from 'playwright-core';
import { portal } from './samples/estate.ts';

export interface DialogCase {
  readonly name: string;
  /** The address of the view. */
  readonly at: string;
  open(page: Page): Promise<void>;
}

export const DIALOGS: readonly DialogCase[] = [
  {
    name: 'Keyboard shortcuts',
    at: '#/health',
    open: (page) => page.getByRole('button', { name: 'Keyboard shortcuts' }).click(),
  },
  {
    name: 'Change of a mode',
    at: '#/settings?section=scopes',
    open: async (page) => {
      await page
        .getByRole('combobox', { name: /^Mode of/ })
        .first()
        .selectOption('audit');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'Settings of a scope',
    at: '#/settings?section=windows',
    open: async (page) => {
      await page.getByRole('button', { name: 'Add a window or a freeze…' }).click();
      await page.getByRole('checkbox', { name: 'Change window' }).check();
      await page.getByRole('checkbox', { name: 'Change freeze' }).check();
    },
  },
  {
    name: 'Stop all changes',
    at: '#/settings?section=mode',
    open: (page) =>
      page
        .getByRole('main')
        .getByRole('button', { name: /^(Stop all|Resume) changes…/ })
        .click(),
  },
  { name: 'Audit entry', at: '#/audit', open: (page) => page.getByRole('row').nth(1).click() },
  { name: 'Account', at: '#/health', open: (page) => page.getByRole('button', { name: /^Account/ }).click() },
  {
    name: 'Exempt',
    at: `#/apps${portal.id}`,
    open: (page) => page.getByRole('button', { name: 'Exempt…' }).click(),
  },
  {
    name: 'Change mode',
    at: `#/apps${portal.id}`,
    open: (page) => page.getByRole('button', { name: 'Change mode…' }).click(),
  },
  {
    name: 'A check of an app',
    at: `#/apps${portal.id}`,
    open: (page) => page.getByRole('row').nth(1).click(),
  },
  {
    name: 'Create an exemption',
    at: '#/exemptions',
    open: (page) => page.getByRole('button', { name: 'Create…' }).click(),
  },
  {
    name: 'Start a scan',
    at: '#/scans',
    open: (page) => page.getByRole('button', { name: 'Scan…' }).click(),
  },
  {
    name: 'A dead letter',
    at: '#/dead-letters',
    open: (page) => page.getByRole('row').nth(1).click(),
  },
];
