/** The parameters of a deployment: the templates, the parameter file, the hooks and docs/deploy.md agree. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePrincipal } from '../../src/api/framework/principal.ts';
import { partsFor } from '../../src/workflows/sweep/listing-trust.ts';
import { declared, INFRA, template } from './bicep.ts';

const read = (file: string) => readFileSync(path.join(INFRA, file), 'utf8').replaceAll('\r\n', '\n');
const page = read('../docs/deploy.md');
const main = declared('parameter', template('main.bicep'));
const file: Record<string, { value: string }> = JSON.parse(read('main.parameters.json')).parameters;
const hooks = readdirSync(path.join(INFRA, 'hooks')).map((name) => read(`hooks/${name}`));

describe('the parameters of a deployment', () => {
  test('azd gives every parameter of the template, and no other', () => {
    expect(Object.keys(file).sort()).toEqual(main.map(({ name }) => name).sort());
  });

  test('a parameter that is not set has one default, not two', () => {
    for (const { name, value } of main) {
      const [, given = null] = /^\$\{\w+(?:=(.*))?\}$/.exec(file[name]?.value ?? '') ?? [];
      expect(given, name).toBe(value === null ? null : String(value));
    }
  });

  test('every parameter has a description', () => {
    const silent = [...main, ...declared('parameter', template('events.bicep'))]
      .filter(({ name }) => !['environmentName', 'location'].includes(name))
      .filter(({ decorators }) => !decorators.some((one) => one.startsWith('@description(')));
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test('the page has each parameter, under its name in azd', () => {
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| `(\w+)` \|/gm)].map(
      ([, name, parameter]) => `${name} ${parameter}`,
    );
    const inFile = Object.entries(file).map(([parameter, { value }]) => `${/\w+/.exec(value)?.[0]} ${parameter}`);
    const inHook = [...read('hooks/after-deploy.mjs').matchAll(/(\w+): process\.env\.(PLUMBLINE_\w+)/g)];
    expect(rows.sort()).toEqual([...inFile, ...inHook.map(([, parameter, name]) => `${name} ${parameter}`)].sort());
  });

  test('the hook gives the events template every parameter that it needs', () => {
    const given = [...read('hooks/after-deploy.mjs').matchAll(/^ {4}(\w+): /gm)].map(([, name]) => name);
    const needed = declared('parameter', template('events.bicep')).map(({ name }) => name);
    expect(needed.filter((name) => !given.includes(name))).toEqual([]);
  });

  test('every variable that a hook needs comes from azd or the template', () => {
    const needed = hooks.flatMap((text) => [...text.matchAll(/required\('(\w+)'\)/g)].map(([, name]) => name ?? ''));
    const outputs = declared('output', template('main.bicep')).map(({ name }) => name);
    const ofAzd = ['AZURE_ENV_NAME', 'AZURE_LOCATION', 'AZURE_SUBSCRIPTION_ID'];
    expect(needed.length).toBeGreaterThan(5);
    expect(needed.filter((name) => !outputs.includes(name) && !ofAzd.includes(name))).toEqual([]);
  });
});

test('the code would accept the forged header that the page sends if the platform let it through', () => {
  const [, header = ''] = /x-ms-client-principal: ([\w=]+)'/.exec(page) ?? [];
  const { roles } = parsePrincipal(new Headers({ 'x-ms-client-principal': header }), true);
  expect(roles).toEqual(['Plumbline.Reader']);
});

describe('the cost table of docs/deploy.md', () => {
  /** As the page counts it: events and reconciles of so many apps, 43,200 minutes. */
  const LINES: Readonly<Record<string, (apps: number) => number>> = {
    executions: (apps) =>
      (Math.max(0, 2 * events(apps) + sweeps(apps) + partitions(apps) + TIMERS - 250_000) * 0.4) / 1e6,
    'GB-seconds': (apps) =>
      (Math.max(0, 2 * events(apps) + reconciles(apps) + 10 * partitions(apps) + 5 * MINUTES - 100_000) * 26) / 1e6,
    'table requests': (apps) => ((5 * reconciles(apps) + 4 * sweeps(apps) + 16 * MINUTES) * 0.036) / 1e6,
    'queue requests': (apps) => ((3 * reconciles(apps) + 5.3e6) * 0.4) / 1e6,
    'Event Grid': (apps) => (Math.max(0, 4 * events(apps) + 3 * 9 * events(apps) - 100_000) * 0.6) / 1e6,
    logs: (apps) => Math.max(0, (5 * events(apps) + 6 * reconciles(apps) + 3 * TIMERS) / 1e6 - 5) * 2.76,
    alerts: () => 8 * 0.5 + 2 * 0.1,
  };
  const ESTATES = [10, 1000, 100_000];

  test('the sums of the page are correct', () => {
    const rows = [...page.matchAll(/^\| ([\w -]+) \| .* \| \$(.*) \| \$(.*) \| \$(.*) \|$/gm)].map(
      ([, what = '', ...sums]) => [what, ...sums.map((sum) => Number(sum.replace(',', ''))).slice(-3)],
    );
    expect(rows.map(([what]) => what)).toEqual(Object.keys(LINES));
    for (const [what, ...sums] of rows) {
      const wanted = ESTATES.map((apps) => LINES[String(what)]?.(apps).toFixed(2));
      expect(
        sums.map((sum) => Number(sum).toFixed(2)),
        String(what),
      ).toEqual(wanted);
    }
    const total = ESTATES.map((_, index) => rows.reduce((sum, row) => sum + Number(row[index + 1]), 0).toFixed(2));
    const [, ...together] =
      /^\| \*\*together\*\* .*\*\*\$(.*)\*\* \| \*\*\$(.*)\*\* \| \*\*\$(.*)\*\* \|$/m.exec(page) ?? [];
    expect(together.map((sum) => sum.replace(',', ''))).toEqual(total);
  });

  test('a reconcile costs as many table requests as the bench allows', () => {
    const [, tables] = /'an event, compliant app'.*tables: (\d+)/.exec(read('../tools/bench/costs.ts')) ?? [];
    expect(page).toContain(`| ${tables} a reconcile (`);
  });
});

const MINUTES = 43_200;
/** Housekeeping, lost events and the health check every minute, the measurement every five, the anchor every hour. */
const TIMERS = 3 * MINUTES + MINUTES / 5 + MINUTES / 60;
const events = (apps: number) => 60 * apps;
/** Each app is read wholly once in seven days, and one in a hundred has changed at each of 120 sweeps. */
const sweeps = (apps: number) => 5.5 * apps;
const partitions = (apps: number) => 120 * partsFor(apps, null);
const reconciles = (apps: number) => events(apps) + sweeps(apps);
