import { defineConfig } from 'vitest/config';

/** Unit tests run side by side; those that start the whole twin or a browser run two at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [htmlAsText()],
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{e2e,browser,docs,faults}/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [htmlAsText()],
        test: {
          name: 'whole',
          globalSetup: ['test/browser/chromium.ts'],
          include: ['test/{e2e,browser,docs,faults}/**/*.test.ts'],
          // They wait more than they work; more than two hosts at a time would slow each other down.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

/** Pages and styles are text, as in the bundle. */
function htmlAsText() {
  return {
    name: 'html-as-text',
    enforce: 'pre' as const,
    transform(code: string, id: string) {
      return /\.(html|css)$/.test(id) ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined;
    },
  };
}
