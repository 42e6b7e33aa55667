import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from '../../../tools/build/build.ts';
import { generateRuleIndex } from '../../../tools/build/rule-index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-build-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the bundle', () => {
  const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
  const make = (source: string) => {
    const entry = path.join(folder, 'entry.ts');
    const names = ['@azure/functions', '@azure/storage-queue'];
    writeFileSync(
      entry,
      names.reduce(
        (text, name) => text.replace(`'${name}'`, `'${path.join(modules, name).replaceAll('\\', '/')}'`),
        source,
      ),
    );
    writeFileSync(path.join(folder, 'page.html'), '<p>the page</p>');
    return build({ entry, outfile: path.join(folder, 'bundle.cjs') });
  };
  const app = `import { app } from '@azure/functions';\n`;

  it('registers its functions in a process outside of the build', async () => {
    const built = await make(
      `${app}app.get('one', { route: 'ones/{id}', handler: () => ({}) }); app.timer('two', { schedule: '0 * * * * *', handler: () => undefined });`,
    );
    expect(built.functions).toMatchObject([
      { name: 'one', trigger: 'httpTrigger', binding: { route: 'ones/{id}' } },
      { name: 'two', trigger: 'timerTrigger' },
    ]);
    expect(built.loadMilliseconds).toBeGreaterThan(0);
  });

  it.each([
    ['registers nothing', `${app}export const nothing = app;`, 'registers no function'],
    ['throws while it loads', `${app}app.get('one', () => ({})); throw new Error('boom');`, 'boom'],
    ['needs a setting to register', `${app}if (process.env.HOME) app.get('one', () => ({}));`, 'registers no function'],
  ])('is refused when it %s', async (_, source, message) => {
    await expect(make(source)).rejects.toThrow(message);
  });

  it('loads packages that use import.meta.url, and contains pages and the version as text', async () => {
    await make(`${app}import { QueueClient } from '@azure/storage-queue';
      import page from './page.html';
      declare const __PLUMBLINE_VERSION__: string;
      app.get('one', () => ({ body: [QueueClient.name, page, __PLUMBLINE_VERSION__].join() }));`);
    const text = readFileSync(path.join(folder, 'bundle.cjs'), 'utf8');
    expect(text).toContain('<p>the page</p>');
    expect(text).not.toContain('__PLUMBLINE_VERSION__');
    expect(statSync(path.join(folder, 'bundle.cjs.map')).size).toBeGreaterThan(0);
  });
});

describe('the list of rules', () => {
  let rules: string;
  beforeEach(() => {
    rules = mkdtempSync(path.join(folder, 'rules-'));
  });
  const add = (file: string, content = 'export const rule = {};\n') => {
    mkdirSync(path.dirname(path.join(rules, file)), { recursive: true });
    writeFileSync(path.join(rules, file), content);
  };

  it('names every rule file by id, in any folder, and no shared file', () => {
    add('web-app/webapp-min-tls.ts');
    add('container-app/containerapp-insecure-ingress.ts');
    add('checks/network/reach.ts', 'export const other = 1;');
    add('declare/printers.ts', 'export const other = 1;');
    expect(generateRuleIndex(rules)).toEqual(['containerapp-insecure-ingress', 'webapp-min-tls']);
    const index = readFileSync(path.join(rules, 'index.ts'), 'utf8');
    expect(index).toContain("import { rule as webappMinTls } from './web-app/webapp-min-tls.ts';");
    expect(index).toMatch(/AnyRule\[\] = \[\n {2}containerappInsecureIngress,\n {2}webappMinTls,\n\];/);
  });

  it('is empty without rules', () => {
    expect(generateRuleIndex(rules)).toEqual([]);
    expect(readFileSync(path.join(rules, 'index.ts'), 'utf8')).toContain('rules: readonly AnyRule[] = [];');
  });

  it('refuses a file without a rule, a name that is not the id, and the same id twice', () => {
    add('web-app/half.ts', 'export const other = 1;');
    expect(() => generateRuleIndex(rules)).toThrow('web-app/half.ts is no rule');
    rmSync(path.join(rules, 'web-app'), { recursive: true });
    add('web-app/Half_Rule.ts');
    expect(() => generateRuleIndex(rules)).toThrow('named by its id');
    rmSync(path.join(rules, 'web-app'), { recursive: true });
    add('web-app/same.ts');
    add('plan/same.ts');
    expect(() => generateRuleIndex(rules)).toThrow('two rules of one id');
  });
});
