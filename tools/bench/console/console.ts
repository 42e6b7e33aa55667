/**
 * The console in Chromium: how soon it can be used, and how it answers with 2,000 of 10,000 approvals in its table. An API with
 * sample answers stands behind it, so these are the times of the page alone. The processor time of the page's main thread is
 * measured beside each time, because it hardly depends on what else the machine does.
 */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { launchChromium } from '../../../test/browser/chromium.ts';
import { type FakeApi, type FakeRequest, type FakeResponse, startFakeApi } from '../../../test/browser/fake-api.ts';
import { approval, brief } from '../../../test/browser/samples/approvals.ts';
import { orders, state } from '../../../test/browser/samples/estate.ts';
import { allResponses } from '../../../test/browser/samples/responses.ts';
import { clickTimes, firstRows, type Place, placesOfBoxes, scrollThrough, takeNotes } from './in-page.ts';

/** The part of the report that it fills. */
interface Report {
  count(what: string, unit: string, found: number, limit: number): void;
  time(what: string, milliseconds: number, goal: number): void;
  must(what: string, holds: boolean): void;
}

const LIST = '/api/approvals';
const ALL = 10_000;
const LOADED = 2000;
/** Of one request of the page. */
const PAGE_SIZE = 100;
const LOADS = 5;
const TICKS = 11;

export async function measureConsole(report: Report): Promise<void> {
  const [api, browser] = await Promise.all([startFakeApi(), launchChromium()]);
  try {
    api.responses = {
      ...allResponses(),
      'GET /api/state': {
        headers: { etag: '"1"' },
        body: { ...state, approvals: { ...state.approvals, pending: ALL } },
      },
      [`GET ${LIST}`]: pageOf(Array.from({ length: ALL }, (_, index) => approvalAt(index))),
    };
    await measureLoads(report, browser, api);
    await measureLongTable(report, browser, api);
  } finally {
    await browser.close();
    await api.close();
  }
}

function approvalAt(index: number) {
  const name = `${orders.name}-${index}`;
  const resource = { ...orders, id: orders.id.replace(orders.name, name), name };
  return brief(approval(index.toString(16).padStart(4, '0'), { resource }));
}

function pageOf(items: readonly object[]) {
  return ({ query }: FakeRequest): FakeResponse => {
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('limit') ?? 50);
    const more = to < items.length ? { nextCursor: String(to) } : {};
    return { body: { items: items.slice(from, to), ...more, total: items.length } };
  };
}

/** A context of its own has nothing of the page in its cache. The first load also starts what the browser starts once. */
async function measureLoads(report: Report, browser: Browser, api: FakeApi): Promise<void> {
  const loads: { answered: number; shown: number; processor: number }[] = [];
  for (let load = 0; load <= LOADS; load++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const work = await startWork(await context.newCDPSession(page));
    const processor = await work(() => openApprovals(page, api));
    if (load > 0) loads.push({ ...(await firstRows(page, LIST)), processor });
    await context.close();
  }
  report.time('first rows of a cold load, from its start', median(loads.map(({ shown }) => shown)), 1000);
  report.time('its processor time', median(loads.map(({ processor }) => processor)), 1000);
  const afterAnswer = loads.map(({ answered, shown }) => shown - answered);
  report.time('first rows of a cold load, from the answer', median(afterAnswer), 300);
}

async function measureLongTable(report: Report, browser: Browser, api: FakeApi): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const work = await startWork(await context.newCDPSession(page));
    await openApprovals(page, api);
    api.requests.splice(0);
    for (let loaded = PAGE_SIZE; loaded < LOADED; loaded += PAGE_SIZE) {
      await page.getByRole('button', { name: 'Load more' }).click();
      await page.getByText(`${(loaded + PAGE_SIZE).toLocaleString('en')} of ${ALL.toLocaleString('en')}`).waitFor();
    }
    const pages = api.requests.filter(({ path }) => path === LIST).length;
    report.count(`${LOADED} rows, ${PAGE_SIZE} a page`, 'requests', pages + 1, LOADED / PAGE_SIZE);

    const boxes = (await placesOfBoxes(page)).slice(0, TICKS);
    const before = (await clickTimes(page)).length;
    const ticking = await work(() => tickBoxes(page, boxes));
    const ticks = (await clickTimes(page)).slice(before);
    report.must(`${TICKS} boxes are in the window and were ticked`, ticks.length === TICKS);
    report.time(`a tick of a box with ${LOADED} rows, median of ${TICKS}`, median(ticks), 50);
    report.time('the slowest', Math.max(...ticks), 50);
    report.time('its processor time', ticking / TICKS, 50);

    let frames: number[] = [];
    const scrolling = await work(async () => {
      frames = await scrollThrough(page);
    });
    report.count('rows that exist at once', 'rows', await page.locator('tbody tr[data-row]').count(), 60);
    report.time(`a frame while ${LOADED} rows are scrolled, median of ${frames.length}`, median(frames), 50);
    report.time('the slowest', Math.max(...frames), 50);
    report.time('its processor time', scrolling / frames.length, 50);
  } finally {
    await context.close();
  }
}

async function openApprovals(page: Page, api: FakeApi): Promise<void> {
  await takeNotes(page);
  await page.goto(`${api.url}/api/console#/approvals`);
  await firstRows(page, LIST);
}

/** By the mouse and where the boxes are, so that looking for them is not measured. */
async function tickBoxes(page: Page, boxes: readonly Place[]): Promise<void> {
  for (const { x, y } of boxes) await page.mouse.click(x, y);
  await page.getByText(`${boxes.length} selected`).waitFor();
}

/** Measures the milliseconds that the processor spends on the tasks of the page's main thread. */
async function startWork(session: CDPSession): Promise<(work: () => Promise<void>) => Promise<number>> {
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const seconds = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  return async (work) => {
    const from = await seconds();
    await work();
    return ((await seconds()) - from) * 1000;
  };
}

/** The middle of an odd number of figures, or the upper one of the two. */
function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;
}
