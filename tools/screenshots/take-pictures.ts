/** Takes pictures of the console in a browser. */
// First: the samples read the time when they are loaded.
import './frozen-time.ts';
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../test/browser/chromium.ts';
import { type FakeApi, startFakeApi } from '../../test/browser/fake-api.ts';
import { responses } from './estate.ts';
import { NOW } from './frozen-time.ts';
import type { Picture } from './pictures.ts';

const WIDTH = 1280;
const HEIGHT = 700;

export interface Taken {
  readonly name: string;
  /** A WebP file. */
  readonly data: Buffer;
}

/** Throws when a call of the page has no answer, or the page reports an error: the picture would show it. */
export async function* takePictures(pictures: readonly Picture[]): AsyncGenerator<Taken> {
  const [api, browser] = await Promise.all([startFakeApi(), launchChromium()]);
  try {
    api.responses = responses();
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.addInitScript(FROZEN);
    for (const picture of pictures) {
      const data = await take(picture, { api, context, page });
      errors.push(...api.unknown().map((call) => `there is no answer to ${call}`));
      if (errors.length > 0) throw new Error(`${picture.name}: ${errors.join('; ')}.`);
      yield { name: picture.name, data };
    }
  } finally {
    await browser.close();
    await api.close();
  }
}

/** In the page the time stands still, too; its timers go on. */
const FROZEN = `
  globalThis.Date = class extends Date {
    constructor(...given) {
      super(...(given.length === 0 ? [${NOW}] : given));
    }
    static now() {
      return ${NOW};
    }
  };
`;

interface Studio {
  readonly api: FakeApi;
  readonly context: BrowserContext;
  readonly page: Page;
}

async function take({ at, height = HEIGHT, prepare }: Picture, { api, context, page }: Studio): Promise<Buffer> {
  await page.setViewportSize({ width: WIDTH, height });
  // Of two addresses that differ in their hash alone, the second would not be loaded: what is open would stay.
  await page.goto(`${api.url}/api/console?at=${encodeURIComponent(at)}${at}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled(api, page);
  await prepare?.(page);
  await settled(api, page);
  const session = await context.newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await session.detach();
  return Buffer.from(data, 'base64');
}

/** Waits until nothing is asked any more, and the page has drawn it. */
async function settled(api: FakeApi, page: Page): Promise<void> {
  for (let quiet = 0, known = -1; quiet < 3; ) {
    await page.waitForTimeout(50);
    quiet = known === api.requests.length && api.waiting() === 0 ? quiet + 1 : 0;
    known = api.requests.length;
  }
}
