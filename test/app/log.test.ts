import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type ContextLog, createLog } from '../../src/app/log.ts';
import { type LogLevel, withLogContext } from '../../src/app/log-context.ts';

const TYPESCRIPT = new URL('../../tools/typescript.mjs', import.meta.url).href;

describe('a log line', () => {
  it('is one JSON object with an ISO time, the name of its level, and the message', () => {
    const [line] = linesOf('info', (log) => log.info({ resource: 'app' }, 'evaluated'));
    expect(line).toEqual({ level: 'info', time: expect.any(String), resource: 'app', message: 'evaluated' });
    expect(new Date(String(line?.time)).toISOString()).toBe(line?.time);
  });

  it('is not written below the level', () => {
    expect(linesOf('warn', (log) => log.info({}, 'quiet'))).toEqual([]);
    expect(linesOf('warn', (log) => log.error({}, 'loud'))).toHaveLength(1);
  });

  it('has the fields of its parent loggers', () => {
    const [line] = linesOf('info', (log) =>
      log.child({ event: 'e1' }).child({ resource: 'app' }).warn({ attempt: 2 }, 'again'),
    );
    expect(line).toMatchObject({ level: 'warn', event: 'e1', resource: 'app', attempt: 2 });
  });

  it('has the fields of its own invocation at any depth, and of no other', async () => {
    const lines = linesWhile(async (log) => {
      const work = (invocation: string) =>
        withLogContext({ invocation, trace: `t-${invocation}` }, async () => {
          await Promise.resolve();
          log.info({ resource: 'app' }, 'evaluated');
        });
      await Promise.all([work('one'), work('two')]);
      log.info({}, 'outside');
    });
    expect((await lines).map(({ invocation, trace, message }) => ({ invocation, trace, message }))).toEqual([
      { invocation: 'one', trace: 't-one', message: 'evaluated' },
      { invocation: 'two', trace: 't-two', message: 'evaluated' },
      { invocation: undefined, trace: undefined, message: 'outside' },
    ]);
  });

  it('has name, message and stack of an error, without the members that SDKs add', () => {
    const error = Object.assign(new TypeError('broken'), { request: { headers: { authorization: 'Bearer planted' } } });
    const [line] = linesOf('info', (log) => log.error({ error }, 'failed'));
    expect(line?.error).toEqual({
      name: 'TypeError',
      message: 'broken',
      stack: expect.stringContaining('TypeError: broken'),
    });
  });
});

describe('guarantee 12: secrets stay where they are', () => {
  it('masks credentials in addresses in an error', () => {
    const [line] = linesOf('info', (log) => log.error({ error: new Error('https://ada:planted@host') }, 'failed'));
    expect(line).toMatchObject({ error: { message: 'https://***@host' } });
    expect(JSON.stringify(line)).not.toContain('planted');
  });

  it.each([
    [{ authorization: 'planted' }],
    [{ headers: { authorization: 'planted', 'x-ms-client-principal': 'planted' } }],
    [{ request: { headers: { 'x-identity-header': 'planted' } } }],
    [{ storage: { connectionString: 'planted', accountKey: 'planted' } }],
    [{ tried: [{ password: 'planted' }] }],
    [{ AzureWebJobsStorage: 'planted', PLUMBLINE_AUDIT_KEY: 'planted' }],
  ])('never has a secret, even as a field: %j', (fields) => {
    const [line] = linesOf('info', (log) => log.info(fields, 'careless'));
    expect(JSON.stringify(line)).not.toContain('planted');
    expect(JSON.stringify(line)).toContain('[redacted]');
  });

  it('has none in the fields of a parent logger', () => {
    const [line] = linesOf('info', (log) => log.child({ caller: { token: 'planted' } }).info({}, 'careless'));
    expect(line).toMatchObject({ caller: { token: '[redacted]' } });
  });

  it('keeps other fields, error codes included', () => {
    const [line] = linesOf('info', (log) =>
      log.info({ code: 'ScopeLocked', failure: { code: 'ScopeLocked' } }, 'blocked'),
    );
    expect(line).toMatchObject({ code: 'ScopeLocked', failure: { code: 'ScopeLocked' } });
  });
});

it('a killed process has written all its lines', () => {
  const script = `import { createLog } from ${JSON.stringify(new URL('../../src/app/log.ts', import.meta.url).href)};
    createLog('info').info({}, 'last words'); process.kill(process.pid, 'SIGKILL');`;
  const child = spawnKilled(script);
  expect(JSON.parse(child)).toMatchObject({ message: 'last words' });
});

function spawnKilled(script: string): string {
  try {
    return execFileSync(process.execPath, ['--import', TYPESCRIPT, '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
  } catch (error) {
    if (error instanceof Error && 'signal' in error && error.signal === 'SIGKILL' && 'stdout' in error) {
      return String(error.stdout);
    }
    throw error;
  }
}

async function linesWhile(write: (log: ContextLog) => Promise<void>): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  await write(createLog('info', { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

function linesOf(level: LogLevel, write: (log: ContextLog) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog(level, { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}
