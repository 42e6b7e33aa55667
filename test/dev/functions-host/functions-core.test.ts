import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadApp } from '../../../dev/functions-host/worker/functions-core.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-core-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** Loads an app whose only file is this source, with the core module at hand as `core` and a registration as `add`. */
function load(source: string) {
  count += 1;
  const file = path.join(folder, `app${count}.cjs`);
  writeFileSync(
    file,
    `const core = require('@azure/functions-core');
     const order = (globalThis.fixtureOrder = []);
     const model = { name: 'test', version: '1', getCapabilities: async (defaults) => { order.push('capabilities'); return defaults; } };
     const add = (name, extra) => core.registerFunction({ name, bindings: { trigger: { type: 'timerTrigger', direction: 'in' } }, ...extra }, () => undefined);
     core.setProgrammingModel(model);
     ${source}`,
  );
  return loadApp(file, () => undefined);
}

const order = (): unknown => Reflect.get(globalThis, 'fixtureOrder');

describe('loading an app as the worker does', () => {
  it('collects the registered functions with their triggers', async () => {
    const app = await load(`add('one'); add('two', { functionId: 'second' });`);
    expect([...app.functions].map(([id, fn]) => [id, fn.name, fn.trigger.binding.type])).toEqual([
      ['one', 'one', 'timerTrigger'],
      ['second', 'two', 'timerTrigger'],
    ]);
    await app.close();
  });

  it('fails when no function is registered', async () => {
    await expect(load('')).rejects.toThrow('registers no function');
  });

  it('fails with the error that the bundle threw', async () => {
    await expect(load(`add('one'); throw new Error('a setting is bad');`)).rejects.toThrow('a setting is bad');
  });

  it('refuses a duplicate name, and a function without a trigger', async () => {
    await expect(load(`add('one'); add('one');`)).rejects.toThrow('"one" has already been registered');
    await expect(load(`add('one', { bindings: {} });`)).rejects.toThrow('"one" has no trigger');
  });

  it('drops a function that was disposed during startup', async () => {
    const app = await load(`add('one'); add('two').dispose();`);
    expect([...app.functions.keys()]).toEqual(['one']);
    await app.close();
  });

  it('runs appStart hooks before it reads the capabilities, and appTerminate at the end', async () => {
    const app = await load(`
      core.registerHook('appStart', async () => { order.push('start'); });
      core.registerHook('appStart', () => order.push('disposed')).dispose();
      core.registerHook('appTerminate', () => { order.push('terminate'); });
      add('one');`);
    expect(order()).toEqual(['start', 'capabilities']);
    await app.close();
    expect(order()).toEqual(['start', 'capabilities', 'terminate']);
  });

  it('fails when an appStart hook throws', async () => {
    await expect(
      load(`core.registerHook('appStart', () => { throw new Error('no start'); }); add('one');`),
    ).rejects.toThrow('no start');
  });

  it('refuses an unknown hook with the system error that the library checks for', async () => {
    const app = await load(`
      try { core.registerHook('noSuchHook', () => undefined); } catch (error) { order.push(error.name, error.isAzureFunctionsSystemError); }
      add('one');`);
    expect(order()).toEqual(['RangeError', true, 'capabilities']);
    await app.close();
  });

  it('refuses a registration after startup', async () => {
    const app = await load(`add('one'); globalThis.addLate = () => add('late');`);
    const addLate: unknown = Reflect.get(globalThis, 'addLate');
    expect(addLate).toThrow('A function can only be registered during app startup.');
    expect([...app.functions.keys()]).toEqual(['one']);
    await app.close();
  });

  it('like the worker, refuses an ESM import of the core module, and any import after the app is closed', async () => {
    const app = await load(`globalThis.importCore = () => import('@azure/functions-core'); add('one');`);
    const importCore: unknown = Reflect.get(globalThis, 'importCore');
    await expect(typeof importCore === 'function' && importCore()).rejects.toThrow(/functions-core/);
    await app.close();
    expect(() => createRequire(import.meta.url)('@azure/functions-core')).toThrow('Cannot find module');
  });
});
