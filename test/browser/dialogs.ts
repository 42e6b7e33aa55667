// The dialogs and sheets of the console: where each is, and how it opens. Each is checked as the views are.
import type { Page } from 'playwright-core';

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
  { name: 'Account', at: '#/health', open: (page) => page.getByRole('button', { name: /^Account/ }).click() },
];
