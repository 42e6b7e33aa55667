/** What a command has of its surroundings, in memory: a clock that moves when somebody sleeps, and the simulator over HTTPS. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import type { TokenCredential } from '@azure/core-auth';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import pc from 'picocolors';
import type { Simulator } from '../../../simulator/simulator.ts';
import type { Connection } from '../../../src/cli/estate/connect.ts';
import { run, type ScanInput } from '../../../src/cli/estate/run-scan.ts';
import type { Context, Output } from '../../../src/cli/framework/context.ts';

export interface FakeTerminal {
  readonly context: Context;
  readonly connection: Connection;
  out(): string;
  error(): string;
  /** Times (milliseconds) at which requests were sent, by the clock of the command. */
  readonly sentAt: number[];
  /** Ctrl-C. */
  interrupt(): void;
  close(): void;
}

export interface TerminalOptions {
  readonly isTerminal?: boolean;
  readonly environment?: Record<string, string>;
  readonly credential?: TokenCredential;
  /** Called before each request; it may interrupt. */
  readonly onRequest?: (n: number) => void;
}

export function terminalOn(simulator: Simulator, options: TerminalOptions = {}): FakeTerminal {
  const { isTerminal = false, environment = {}, onRequest } = options;
  const written = { out: '', error: '' };
  const sentAt: number[] = [];
  const abort = new AbortController();
  let now = Date.parse('2026-03-01T12:00:00.000Z');
  const output = (name: 'out' | 'error'): Output => ({
    write: (text) => {
      written[name] += text;
    },
    drained: async () => {},
    isTerminal,
    width: 100,
    colors: pc.createColors(false),
  });
  const agent = new Agent({ ca: readFileSync(simulator.certificatePath), keepAlive: true });
  const inner = createDefaultHttpClient();
  const httpClient: HttpClient = {
    sendRequest(request) {
      sentAt.push(now);
      onRequest?.(sentAt.length);
      return inner.sendRequest(Object.assign(request, { agent }));
    },
  };
  const credential: TokenCredential = {
    getToken: async () => ({
      token: simulator.tokenFor(simulator.identity),
      expiresOnTimestamp: Number.MAX_SAFE_INTEGER,
    }),
  };
  return {
    context: {
      stdin: { isTerminal: false, stream: Readable.from([]) },
      stdout: output('out'),
      stderr: output('error'),
      environment: { AZURE_RESOURCE_MANAGER_ENDPOINT: simulator.url, ...environment },
      clock: {
        now: () => new Date(now),
        // Sleepers wake in the order of their times, as with a real clock.
        async sleep(milliseconds) {
          const until = now + milliseconds;
          await new Promise((resolve) => setImmediate(resolve));
          abort.signal.throwIfAborted();
          now = Math.max(now, until);
        },
      },
      signal: abort.signal,
      fetch,
      credential: async () => options.credential ?? credential,
    },
    connection: { httpClient },
    out: () => written.out,
    error: () => written.error,
    sentAt,
    interrupt: () => abort.abort(),
    close: () => agent.destroy(),
  };
}

/** The input of a scan with these options; what is left out was not given. */
export function scanInput(given: Partial<ScanInput> = {}): ScanInput {
  return {
    ...{ subscription: [], resourceGroup: [], resource: [], rule: [], benchmark: [], severity: [] },
    ...{ profile: undefined, settings: undefined, resume: undefined, out: undefined, failOn: undefined },
    ...{ output: 'json', plan: false, allowUnread: false },
    ...given,
  };
}

/** What a scan prints as JSON. */
export interface Scanned {
  readonly summary: { readonly resources: number; readonly byVerdict: Record<string, number> };
  readonly findings: readonly { readonly rule: string; readonly resource: { readonly id: string } }[];
  readonly unread: readonly {
    readonly resource: { readonly id: string };
    readonly document: string;
    readonly why: string;
  }[];
  readonly plan?: {
    readonly actions: string[];
    readonly byResource: { resource: { name: string }; requests: unknown[]; queued: unknown[] }[];
  };
}

/** Scans to its end. */
export async function scanWith(simulator: Simulator, given: Partial<ScanInput>, options: TerminalOptions = {}) {
  const terminal = terminalOn(simulator, options);
  try {
    const code = await run(terminal.context, scanInput(given), terminal.connection);
    const report: Scanned = JSON.parse(terminal.out());
    return { code, report, terminal };
  } finally {
    terminal.close();
  }
}
