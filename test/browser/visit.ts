// One visit to the page: a browser, the fake API behind it, and what the browser complained about.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type Answers, type FakeApi, type FakeRequest, startFakeApi } from './fake-api.ts';
import { everything } from './samples.ts';

export interface Visit {
  readonly api: FakeApi;
  readonly page: Page;
  /** Opens the page with these answers in place of the usual ones. */
  open(hash: string, answers?: Answers, prepare?: (opened: Page) => void): Promise<void>;
  card(title: string): Locator;
  sent(method: string): FakeRequest[];
  /** The browser says on its console that a request was refused; every other complaint fails the test. */
  expectRefusal(status: number): void;
}

/** Starts and ends with the tests of a file. */
export function visits(): Visit {
  let api: FakeApi;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];
  let expected: string | null = null;

  beforeAll(async () => {
    api = await startFakeApi();
    browser = await launchChromium();
  });
  afterEach(async () => {
    await page.close();
    expect(complaints.filter((text) => expected === null || !text.includes(expected))).toEqual([]);
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
    async open(hash, answers = {}, prepare = () => {}) {
      api.answers = { ...everything(), ...answers };
      api.requests.splice(0);
      complaints = [];
      expected = null;
      page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      page.setDefaultTimeout(10_000);
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
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
