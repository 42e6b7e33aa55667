import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseHostFlags } from '../../../dev/functions-host/flags.ts';
import { expandSettings, isDisabled, readHostSettings } from '../../../dev/functions-host/settings/host-settings.ts';

describe('the flags of npm run host', () => {
  it('have the documented defaults', () => {
    expect(parseHostFlags([])).toEqual({ port: 7071, principalHeader: false, visibilitySeconds: 600 });
    const flags = ['--port', '0', '--principal-header', '--visibility-seconds', '5', '--event-key', 'k'];
    expect(parseHostFlags(flags)).toEqual({ port: 0, principalHeader: true, visibilitySeconds: 5, eventKey: 'k' });
  });

  it.each([
    ['--port', 'x'],
    ['--port', '65536'],
    ['--port'],
    ['--visibility-seconds', '0'],
    ['--event-key', ''],
    ['--no-such-flag'],
    ['stray'],
    ['--principal-header=yes'],
  ])('refuses %j in one line that shows the usage', (...args) => {
    const flags = parseHostFlags(args);
    expect(flags).toHaveProperty('problem', expect.stringMatching(/^[^\n]+Usage: npm run host -- --port 7071[^\n]+$/));
  });
});

describe('host.json', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'plumbline-host-json-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (content: string, environment = {}) => {
    const file = path.join(folder, 'host.json');
    writeFileSync(file, content);
    return readHostSettings(file, environment);
  };

  it('has the defaults of the platform', () => {
    expect(read('{"version":"2.0"}')).toEqual({
      routePrefix: 'api',
      hasExtensionBundle: false,
      queues: {
        batchSize: 16,
        newBatchThreshold: 8 * availableParallelism(),
        maxPollingInterval: 60_000,
        visibilityTimeout: 0,
        maxDequeueCount: 5,
        messageEncoding: 'base64',
      },
    });
  });

  it('reads time spans', () => {
    const queues = { visibilityTimeout: '1.02:03:04', maxPollingInterval: '00:00:02' };
    expect(read(JSON.stringify({ version: '2.0', extensions: { queues } })).queues).toMatchObject({
      visibilityTimeout: 93_784_000,
      maxPollingInterval: 2000,
    });
    expect(read('{"version":"2.0","extensions":{"queues":{"visibilityTimeout":"01:30"}}}').queues).toMatchObject({
      visibilityTimeout: 5_400_000,
    });
  });

  it('reads a bare number for a time span as days', () => {
    for (const value of ['30', '"30"']) {
      const { queues } = read(`{"version":"2.0","extensions":{"queues":{"visibilityTimeout":${value}}}}`);
      expect(queues.visibilityTimeout).toBe(30 * 86_400_000);
    }
  });

  it('may have comments, trailing commas, keys in any case and unknown keys', () => {
    const lenient = `// ours
      { "version": "2.0", /* and */ "extensions": { "Queues": { "BATCHSIZE": "4", "colour": "red", }, "http": { "routePrefix": "" } },
        "extensionBundle": { "id": "Microsoft.Azure.Functions.ExtensionBundle" }, "aggregator": [1, null], }`;
    expect(read(lenient)).toMatchObject({
      routePrefix: '',
      hasExtensionBundle: true,
      queues: { batchSize: 4, newBatchThreshold: 2 * availableParallelism() },
    });
  });

  it('is overridden by settings that name the path of a key, in any case', () => {
    const file = '{"version":"2.0","extensions":{"queues":{"batchSize":4,"maxPollingInterval":"00:00:02"}}}';
    const environment = {
      AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:00.1',
      AZUREFUNCTIONSJOBHOST__EXTENSIONS__QUEUES__MAXDEQUEUECOUNT: '3',
      AzureFunctionsJobHost__logging__logLevel__default: 'Debug',
    };
    expect(read(file, environment).queues).toMatchObject({ batchSize: 4, maxPollingInterval: 100, maxDequeueCount: 3 });
  });

  it('is refused with the reason when it is invalid', () => {
    expect(() => read('{')).toThrow('host.json cannot be read');
    expect(() => read('{}')).toThrow('version');
    expect(() => read('[]')).toThrow('version');
    expect(() => read('{"version":"2.0","extensions":{"queues":{"batchSize":33}}}')).toThrow('batchSize');
    expect(() => read('{"version":"2.0","extensions":{"queues":{"maxPollingInterval":"2s"}}}')).toThrow('time span');
  });
});

describe('a function', () => {
  it.each([
    [{ 'AzureWebJobs.sweep.Disabled': 'TRUE' }, true],
    [{ 'AzureWebJobs.sweep.Disabled': '1' }, true],
    [{ AzureWebJobs_sweep_Disabled: 'true' }, true],
    [{ 'azurewebjobs.Sweep.disabled': 'true' }, true],
    [{ AZUREWEBJOBS_SWEEP_DISABLED: '1' }, true],
    [{ 'AzureWebJobs.sweep.Disabled': 'no' }, false],
    [{ 'AzureWebJobs.other.Disabled': 'true' }, false],
  ])('is switched off by %j: %s', (environment, expected) => {
    expect(isDisabled('sweep', environment)).toBe(expected);
  });
});

describe('%SETTING%', () => {
  it('is replaced by the setting, or named in the error when the setting is missing', () => {
    expect(expandSettings('%A%-poison', { A: 'work' }, 'The queue')).toBe('work-poison');
    expect(expandSettings('%name%', { NAME: 'work' }, 'The queue')).toBe('work');
    expect(() => expandSettings('%B%', {}, 'The queue of function f')).toThrow(
      'The queue of function f refers to the setting %B%',
    );
  });
});
