// The console in a browser, with a fake API and the errors that the browser reports.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type FakeApi, type FakeRequest, type Responses, startFakeApi } from './fake-api.ts';
import { allResponses } from './samples.ts';

export interface ConsolePage {
  readonly api: FakeApi;
  readonly page: Page;
  /** Opens the page. These responses replace the default ones. */
  open(hash: string, responses?: Responses, prepare?: (opened: Page) => void): Promise<void>;
  card(title: string): Locator;
  sent(method: string): FakeRequest[];
  /** The browser logs a refused request as an error. Every other error fails the test. */
  expectRefusal(status: number): void;
}

/** The browser and the fake API start before the tests of a file and stop after them. */
export function setUpConsole(): ConsolePage {
  let api: FakeApi;
  let browser: Browser;
  let page: Page;
  let errors: string[] = [];
  let expected: string | null = null;

  beforeAll(async () => {
    api = await startFakeApi();
    browser = await launchChromium();
  });
  afterEach(async () => {
    await page.close();
    expect(errors.filter((text) => expected === null || !text.includes(expected))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
  });

  return {
    get api() {
      return api;
    },
    get page() {
      return page;
    },
    async open(hash, responses = {}, prepare = () => {}) {
      api.responses = { ...allResponses(), ...responses };
      api.requests.splice(0);
      errors = [];
      expected = null;
      page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      page.setDefaultTimeout(10_000);
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      prepare(page);
      await page.goto(`${api.url}/api/console${hash}`);
    },
    card: (title) => page.getByRole('article').filter({ has: page.getByRole('heading', { name: title, exact: true }) }),
    sent: (method) => api.requests.filter((request) => request.method === method),
    expectRefusal(status) {
      expected = `status of ${status}`;
    },
  };
}
