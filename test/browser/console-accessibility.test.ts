import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { allResponses, settings } from './samples.ts';

const VIEWS = ['approvals', 'findings', 'audit', 'settings'] as const;
let api: FakeApi;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  api = await startFakeApi();
  browser = await launchChromium();
}, 120_000);
afterEach(() => page.close());
afterAll(async () => {
  await browser?.close();
  await api?.close();
});

describe('accessibility', () => {
  it('can be used with the keyboard only', async () => {
    await open('');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to main content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.getByRole('tab', { name: 'Approvals' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('Findings');
    await page.getByRole('tabpanel', { name: 'Findings' }).getByRole('article').first().waitFor();
    await page.keyboard.press('End');
    expect(await focused()).toBe('Settings');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toMatch(/^Approvals/);
    await expect.poll(() => page.getByRole('tab', { selected: true }).count()).toBe(1);
    await expect.poll(() => page.getByRole('tabpanel').count()).toBe(1);
  });

  it.each(VIEWS)('%s: every control has a name, every id is unique, and heading levels have no gaps', async (view) => {
    await open(view);
    const errors = await page.evaluate<string[]>(`(() => {
      const isVisible = (element) => element.checkVisibility();
      const errors = [];
      for (const control of document.querySelectorAll('button, input, select, textarea, a')) {
        if (!isVisible(control)) continue;
        const named = control.labels?.length || control.textContent.trim() || control.getAttribute('aria-label');
        if (!named) errors.push('no name: ' + control.outerHTML.slice(0, 80));
      }
      const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
      for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) errors.push('duplicate id: ' + id);
      for (const name of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for'])
        for (const element of document.querySelectorAll('[' + name + ']'))
          if (!document.getElementById(element.getAttribute(name))) errors.push('missing target: ' + element.outerHTML.slice(0, 80));
      let level = 0;
      for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
        if (!isVisible(heading)) continue;
        const next = Number(heading.tagName[1]);
        if (next > level + 1) errors.push('heading level skipped: ' + heading.textContent);
        level = next;
      }
      if (document.documentElement.lang !== 'en') errors.push('no language');
      return errors;
    })()`);
    expect(errors).toEqual([]);
  });

  it.each(VIEWS)('%s: every text has the contrast of WCAG AA, light and dark', async (view) => {
    await open(view);
    for (const summary of await page.locator(`#${view} summary`).all()) await summary.click();
    if (view === 'audit') await page.getByRole('button', { name: 'Verify log' }).click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await page.evaluate<string[]>(CONTRAST), colorScheme).toEqual([]);
    }
  });

  it.each(VIEWS)('%s: nothing overflows horizontally, at 400 px and at 1400 px', async (view) => {
    await open(view);
    for (const summary of await page.locator(`#${view} summary`).all()) await summary.click();
    for (const width of [400, 1400]) {
      await page.setViewportSize({ width, height: 800 });
      expect(
        await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
        `${width} px`,
      ).toBeLessThanOrEqual(0);
    }
  });
});

/** The texts with a contrast below 4.5, or below 3 when they are large. WCAG exempts disabled controls. */
const CONTRAST = `(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const background = (element) => {
    for (let node = element; node; node = node.parentElement) {
      const color = parts(getComputedStyle(node).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const errors = [];
  let checked = 0;
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.disabled || element.closest('script, .visually-hidden, .skip-link')) continue;
    checked += 1;
    const style = getComputedStyle(element);
    const [light, dark] = [luminance(parts(style.color)), luminance(background(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) errors.push(ratio.toFixed(2) + ' ' + element.outerHTML.slice(0, 90));
  }
  return checked > 15 ? errors : ['only ' + checked + ' texts were checked'];
})()`;

async function open(view: string): Promise<void> {
  const stopped = {
    reason: 'Black Friday',
    at: '2026-01-01T00:00:00Z',
    by: { objectId: 'o', name: 'Katherine Johnson' },
  };
  api.responses = {
    ...allResponses(),
    'GET /api/settings': { headers: { etag: '"8"' }, body: { ...settings, stopped } },
  };
  page = await browser.newPage();
  await page.goto(`${api.url}/api/console${view && `#${view}`}`);
  await page
    .locator(`#${view || 'approvals'} .card`)
    .first()
    .waitFor();
  await page.getByText('Stopped: nothing is written to Azure.').waitFor();
}

function focused(): Promise<string> {
  return page.evaluate('document.activeElement.innerText.trim()');
}
