// The page of a scan in a browser: offline, without a request, accessible, light and dark.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { htmlReport } from '../../src/cli/reports/html.ts';
import { sampleReport } from '../cli/reports/sample-report.ts';
import { launchChromium } from './chromium.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
let folder: string;

beforeAll(async () => {
  browser = await launchChromium();
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-page-'));
}, 120_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each(['light', 'dark'] as const)(
  'opens offline without a request, passes axe and does not overflow: %s',
  async (colorScheme) => {
    const file = path.join(folder, 'posture.html');
    writeFileSync(file, [...htmlReport(sampleReport({ plan: true }))].join(''));
    // The policy of the page refuses every script, also that of the check.
    const context = await browser.newContext({ colorScheme, offline: true, bypassCSP: true });
    const page = await context.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.addScriptTag({ content: AXE });
    const violations = await page.evaluate<string[]>(
      `axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
    );
    expect(violations).toEqual([]);
    for (const width of [400, 1400]) {
      await page.setViewportSize({ width, height: 800 });
      expect(
        await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
        `${width} px`,
      ).toBeLessThanOrEqual(0);
    }
    expect(requests).toEqual([pathToFileURL(file).href]);
    expect(errors).toEqual([]);
    await context.close();
  },
);

it('its policy takes its styles, and refuses a script', async () => {
  const file = path.join(folder, 'injected.html');
  const page = await browser.newPage({ offline: true });
  const injected = '<script>document.title = "injected"</script><img src="x" onerror="document.title = \'injected\'">';
  writeFileSync(file, [...htmlReport(sampleReport())].join('').replace('</main>', `${injected}</main>`));
  await page.goto(pathToFileURL(file).href);
  expect(await page.title()).toMatch(/^Plumbline scan/);
  expect(await page.evaluate('getComputedStyle(document.querySelector(".tiles")).display')).toBe('flex');
  await page.close();
});
