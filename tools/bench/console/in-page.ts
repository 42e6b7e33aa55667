/**
 * What the page notes of itself for the bench. It runs in the page before the scripts of the page. A moment after a frame is the
 * first one at which the browser has drawn what changed: a message that was sent in the frame arrives after it.
 */
import type { Page } from 'playwright-core';
import { z } from 'zod';

const NOTES = `{
  const notes = { clicks: [] };
  window.notes = notes;
  const afterFrame = (then) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => then(performance.now());
      port2.postMessage(null);
    });
  notes.firstRows = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('tbody tr[data-row]')) return;
      observer.disconnect();
      afterFrame(resolve);
    }).observe(document, { childList: true, subtree: true });
  });
  addEventListener('click', ({ timeStamp }) => afterFrame((at) => notes.clicks.push(at - timeStamp)), true);
}`;

/** Scrolls from the top of the page to its end, some pixels a frame, and returns how long each frame took. */
const SCROLL = `new Promise((resolve) => {
  scrollTo(0, 0);
  const frames = [];
  let last = null;
  const step = (at) => {
    if (last !== null) frames.push(at - last);
    last = at;
    if (scrollY + innerHeight >= document.documentElement.scrollHeight - 1) return resolve(frames);
    scrollBy(0, 300);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

const MIDDLE = `new Promise((resolve) => {
  scrollTo(0, document.documentElement.scrollHeight / 2);
  requestAnimationFrame(() => requestAnimationFrame(resolve));
})`;

/** The middles of the boxes of rows that nothing covers. */
const BOXES = `[...document.querySelectorAll('tbody tr[data-row] input[type=checkbox]')]
  .map((box) => ({ box, at: box.getBoundingClientRect() }))
  .map(({ box, at }) => ({ box, x: at.x + at.width / 2, y: at.y + at.height / 2 }))
  .filter(({ box, x, y }) => y < innerHeight - 100 && document.elementFromPoint(x, y) === box)
  .map(({ x, y }) => ({ x, y }))`;

const placesSchema = z.array(z.object({ x: z.number(), y: z.number() }));
const firstRowsSchema = z.object({ answered: z.number(), shown: z.number() });
const millisecondsSchema = z.array(z.number());

/** In pixels of the window. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Before the page is loaded. */
export async function takeNotes(page: Page): Promise<void> {
  await page.addInitScript(NOTES);
}

/**
 * Waits until the first rows of the table are drawn. In milliseconds since the load of the page began: when the answer of the list at
 * a path was there, and when the rows were.
 */
export async function firstRows(page: Page, list: string): Promise<{ answered: number; shown: number }> {
  const answered = `performance.getEntriesByType('resource').find(({ name }) => new URL(name).pathname === '${list}')?.responseEnd`;
  return firstRowsSchema.parse(
    await page.evaluate(`notes.firstRows.then((shown) => ({ answered: ${answered}, shown }))`),
  );
}

/** For each click since the load of the page: the milliseconds until the browser had drawn what it changed. */
export async function clickTimes(page: Page): Promise<number[]> {
  return millisecondsSchema.parse(await page.evaluate('notes.clicks'));
}

/** Scrolls to the middle of the page, and returns where boxes of rows are that the selection bar will not cover. */
export async function placesOfBoxes(page: Page): Promise<Place[]> {
  await page.evaluate(MIDDLE);
  return placesSchema.parse(await page.evaluate(BOXES));
}

/** From the top of the page to its end. Returns the milliseconds that each frame took. */
export async function scrollThrough(page: Page): Promise<number[]> {
  return millisecondsSchema.parse(await page.evaluate(SCROLL));
}
