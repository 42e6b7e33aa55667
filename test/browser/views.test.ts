// Every view and every dialog: accessible at three widths and in both schemes, named parts, few requests, hostile texts.
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ruleView } from '../../src/api/endpoints/rules.ts';
import { rules } from '../../src/rules/index.ts';
import {
  accessibilityTree,
  axeViolations,
  tabStops,
  unevenRows,
  unmarkedStates,
  unnamed,
  withoutHeaders,
} from './accessibility.ts';
import { setUpConsole } from './console-page.ts';
import { DIALOGS } from './dialogs.ts';
import type { FakeRequest, Responses } from './fake-api.ts';
import { hostile } from './hostile.ts';
import { allResponses } from './samples/responses.ts';

const source = readFileSync(new URL('../../src/console/app/views.ts', import.meta.url), 'utf8');
const VIEWS = [...source.matchAll(/name: '([a-z-]+)'/g)].flatMap(([, name]) => name ?? []);

const page = setUpConsole();

/** Some of the rules: more rows of the same kind say nothing more. */
const fewRules: Responses = {
  'GET /api/rules': { body: { items: rules.filter((_, index) => index % 6 === 0).map(ruleView) } },
};

/** The same answers as the first page of 10,000 items. */
function longLists(): Responses {
  const responses = allResponses();
  const lists = ['approvals', 'findings', 'resources', 'exemptions', 'deadletters', 'audit', 'events', 'scans'];
  return Object.fromEntries(
    lists.map((name) => {
      const response = responses[`GET /api/${name}`] ?? {};
      const answer = (request: FakeRequest) => {
        const first = typeof response === 'function' ? response(request) : response;
        if (request.query.has('group')) return first;
        const total = request.query.has('total') ? { total: 10_000 } : {};
        return { ...first, body: { ...Object(first.body), nextCursor: 'more', ...total } };
      };
      return [`GET /api/${name}`, answer];
    }),
  );
}

/** All rules in one scheme; in the other only those about colours, because nothing else differs. */
async function checkAccessibility(): Promise<void> {
  for (const width of [390, 1280, 1920]) {
    await page.show(width, 'light');
    // The layout of 1920 px is that of 1280 px; only the colours of what has room there may differ.
    expect(
      await axeViolations(page.page, width === 1920 ? ['color-contrast'] : undefined),
      `${width} px, light`,
    ).toEqual([]);
    await page.show(width, 'dark');
    expect(await axeViolations(page.page, ['color-contrast']), `${width} px, dark`).toEqual([]);
    expect(await overflow(), `${width} px`).toBe(0);
  }
}

/** Pixels by which the page is wider than the window. */
function overflow(): Promise<number> {
  return page.page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

describe('every view', () => {
  beforeAll(() => page.open('#/none'));

  it('is in the navigation', async () => {
    await page.goTo('#/health');
    const links = await page.page.locator('nav > ul a').all();
    const names = await Promise.all(links.map(async (link) => (await link.getAttribute('href'))?.replace('#/', '')));
    expect(names).toEqual(VIEWS);
  });

  it.each([640, 1280, 1920])('has a header in one line at %i px, with the person at its end', async (width) => {
    await page.show(width, 'light');
    const boxes = await page.page.evaluate<{ middle: number; right: number }[]>(
      `[...document.querySelectorAll('header > *')].filter((part) => part.offsetWidth > 0).map((part) => {
        const { top, bottom, right } = part.getBoundingClientRect();
        return { middle: Math.round((top + bottom) / 2), right: Math.round(right) };
      })`,
    );
    expect(new Set(boxes.map(({ middle }) => middle))).toEqual(new Set([24]));
    expect(width - (boxes.at(-1)?.right ?? 0)).toBeLessThanOrEqual(16);
  });

  it('moves nothing for people who want no motion', async () => {
    const moving = () =>
      page.page.evaluate<number>(`(() => {
        const part = document.createElement('span');
        part.className = 'skeleton';
        document.body.append(part);
        const count = part.getAnimations().length;
        part.remove();
        return count;
      })()`);
    expect(await moving()).toBe(1);
    await page.page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving()).toBe(0);
    await page.page.emulateMedia({ reducedMotion: 'no-preference' });
  });

  it.each(VIEWS)('%s', async (name) => {
    await page.show(1280, 'light');
    await page.goTo(`#/${name}`, { ...longLists(), ...fewRules });
    expect(page.sent('GET').length, 'requests with 10,000 of everything').toBeLessThanOrEqual(3);
    expect(page.api.unknown(), 'requests without a sample').toEqual([]);
    expect(await page.page.getByRole('main').getByRole('heading', { level: 1 }).count()).toBe(1);
    const tree = await accessibilityTree(page.page);
    expect(unnamed(tree)).toEqual([]);
    expect(unevenRows(tree)).toEqual([]);
    expect(withoutHeaders(tree)).toEqual([]);
    for (const stops of await tabStops(page.page)) expect(stops, 'tab stops of a table').toBe(1);
    await page.page.emulateMedia({ forcedColors: 'active' });
    expect(await unmarkedStates(page.page), 'in forced colours').toEqual([]);
    await page.page.emulateMedia({ forcedColors: 'none' });
    await checkAccessibility();
  });
});

describe('every chart', () => {
  it('has its numbers as a table', async () => {
    await page.open('#/overview');
    const main = page.page.getByRole('main');
    const titles = await main.locator('figure h2').allTextContents();
    for (const summary of await main.getByText('Show as table').all()) await summary.click();
    const tree = await accessibilityTree(page.page);
    expect(tree.filter(({ role }) => role === 'table').map(({ name }) => name)).toEqual(titles);
    expect(titles).toHaveLength(5);
    expect(unevenRows(tree)).toEqual([]);
    expect(await axeViolations(page.page)).toEqual([]);
  });
});

describe('every view with hostile texts', () => {
  const responses = hostile({ ...allResponses(), ...fewRules });
  beforeAll(() => page.open('#/none', { responses, width: 390 }));

  it.each(VIEWS)('%s shows them as texts', async (name) => {
    await page.goTo(`#/${name}`, responses);
    expect(await page.page.evaluate('window.hostile')).toBe(undefined);
    expect(await page.page.locator('img, iframe, a[href^="javascript"]').count()).toBe(0);
    expect(await overflow(), 'at 390 px').toBe(0);
  });
});

describe('every dialog', () => {
  beforeAll(() => page.open('#/none'));
  // It closes with its view, one of the frame by Escape.
  afterEach(async () => {
    await page.page.keyboard.press('Escape');
    await page.goTo('#/none');
  });

  it.each(DIALOGS)('$name', async ({ at, open }) => {
    await page.show(1280, 'light');
    await page.goTo(at);
    await open(page.page);
    await page.settled();
    expect(await page.page.locator('dialog[open]').count()).toBeLessThanOrEqual(1);
    expect(unnamed(await accessibilityTree(page.page))).toEqual([]);
    await checkAccessibility();
  });
});
