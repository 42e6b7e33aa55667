// The console in a browser, with a fake API and the errors that the browser reports.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type FakeApi, type FakeRequest, type Responses, startFakeApi } from './fake-api.ts';
import { allResponses } from './samples/responses.ts';

export type Scheme = 'light' | 'dark';

export interface OpenOptions {
  /** These replace the default responses. */
  readonly responses?: Responses;
  readonly width?: number;
  readonly scheme?: Scheme;
}

export interface ConsolePage {
  readonly api: FakeApi;
  readonly page: Page;
  /** Loads the page at a view, without anything that an earlier test stored, and waits until the view has its data. */
  open(hash: string, options?: OpenOptions): Promise<void>;
  /** Goes to another view of the loaded page, as a link does, and waits until it has its data. */
  goTo(hash: string, responses?: Responses): Promise<void>;
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
  let context: BrowserContext | undefined;
  let page: Page | undefined;
  let loads = 0;
  let errors: string[] = [];
  let expected: string | null = null;

  beforeAll(async () => {
    api = await startFakeApi();
    browser = await launchChromium();
  });
  afterEach(async () => {
    await context?.setOffline(false);
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

  function begin(responses: Responses): void {
    api.responses = { ...allResponses(), ...responses };
    api.requests.splice(0);
  }

  /** One for all tests of a file: a new one costs a process of the browser. */
  async function newPage(): Promise<Page> {
    context = await browser.newContext();
    const opened = await context.newPage();
    opened.setDefaultTimeout(10_000);
    opened.on('pageerror', (error) => errors.push(error.message));
    opened.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    return opened;
  }

  const consolePage: ConsolePage = {
    get api() {
      return api;
    },
    get page() {
      if (!page) throw new Error('No page is open.');
      return page;
    },
    async open(hash, { responses = {}, width = 1280, scheme = 'light' } = {}) {
      if (page) await page.evaluate('localStorage.clear(), sessionStorage.clear()');
      page ??= await newPage();
      await consolePage.show(width, scheme);
      begin(responses);
      loads += 1;
      // With another query it is another document: the page is loaded again.
      await page.goto(`${api.url}/api/console?load=${loads}${hash}`);
      // A busy machine may be slow to start the script.
      await vi.waitUntil(() => api.requests.some(({ path }) => path === '/api/state'), {
        timeout: 10_000,
        interval: 10,
      });
      await settled();
    },
    async goTo(hash, responses = {}) {
      begin(responses);
      await consolePage.page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
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
