// The console in a browser, with a fake API and the errors that the browser reports.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type FakeApi, type FakeRequest, type Responses, startFakeApi } from './fake-api.ts';
import { allResponses } from './samples/responses.ts';

export type Scheme = 'light' | 'dark';

export interface OpenOptions {
  /** These replace the default responses. */
  readonly responses?: Responses;
  readonly width?: number;
  readonly scheme?: Scheme;
  prepare?(opened: Page): void | Promise<void>;
}

export interface ConsolePage {
  readonly api: FakeApi;
  readonly page: Page;
  /** Opens a view, and waits until it has its data. */
  open(hash: string, options?: OpenOptions): Promise<void>;
  /** Shows the open page at another width or in another scheme. */
  show(width: number, scheme: Scheme): Promise<void>;
  /** Waits until nothing is asked any more, and the page has drawn it. */
  settled(): Promise<void>;
  /** The requests of a method, without those that the frame makes of itself. */
  sent(method: string): FakeRequest[];
  /** The browser logs a refused request as an error. Every other error fails the test, those about the policy too. */
  expectRefusal(status: number | 'offline'): void;
}

const HEIGHT = 900;

/** The browser and the fake API start before the tests of a file and stop after them. */
export function setUpConsole(): ConsolePage {
  let api: FakeApi;
  let browser: Browser;
  let page: Page | undefined;
  let errors: string[] = [];
  let expected: string | null = null;

  beforeAll(async () => {
    api = await startFakeApi();
    browser = await launchChromium();
  });
  afterEach(async () => {
    await page?.close();
    page = undefined;
    const unexpected = errors.filter((text) => expected === null || !text.includes(expected));
    errors = [];
    expected = null;
    expect(unexpected).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
  });

  async function settled(): Promise<void> {
    for (let quiet = 0, known = -1; quiet < 3; ) {
      await page?.waitForTimeout(25);
      quiet = known === api.requests.length && api.waiting() === 0 ? quiet + 1 : 0;
      known = api.requests.length;
    }
  }

  const consolePage: ConsolePage = {
    get api() {
      return api;
    },
    get page() {
      if (!page) throw new Error('No page is open.');
      return page;
    },
    async open(hash, { responses = {}, width = 1280, scheme = 'light', prepare } = {}) {
      api.responses = { ...allResponses(), ...responses };
      api.requests.splice(0);
      await page?.close();
      const opened = await browser.newPage({ viewport: { width, height: HEIGHT }, colorScheme: scheme });
      page = opened;
      opened.setDefaultTimeout(10_000);
      opened.on('pageerror', (error) => errors.push(error.message));
      opened.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await prepare?.(opened);
      await opened.goto(`${api.url}/api/console${hash}`);
      // A busy machine may be slow to start the script.
      await expect.poll(() => api.requests.some(({ path }) => path === '/api/state'), { timeout: 10_000 }).toBe(true);
      await settled();
    },
    async show(width, scheme) {
      await consolePage.page.setViewportSize({ width, height: HEIGHT });
      await consolePage.page.emulateMedia({ colorScheme: scheme });
    },
    settled,
    sent: (method) => api.requests.filter((one) => one.method === method && !/^\/api\/(state|me)$/.test(one.path)),
    expectRefusal(status) {
      expected = status === 'offline' ? 'net::ERR' : `status of ${status}`;
    },
  };
  return consolePage;
}
