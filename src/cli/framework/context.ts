/** What a command has of its surroundings. Tests give streams, a clock and an HTTP client of their own. */

import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { TokenCredential } from '@azure/core-auth';
import pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

export interface Output {
  write(text: string): void;
  /** Waits while the reader of the output is behind, so that what is written does not gather in memory. Rejects with the signal. */
  drained(signal: AbortSignal): Promise<void>;
  readonly isTerminal: boolean;
  /** In characters. */
  readonly width: number;
  /** Give the text unchanged where there is no terminal, or with NO_COLOR. */
  readonly colors: Colors;
}

export interface Context {
  readonly stdin: { readonly isTerminal: boolean; readonly stream: Readable };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: {
    now(): Date /** Rejects when the command is interrupted. */;
    sleep(milliseconds: number): Promise<void>;
  };
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  /** The sign-in of the caller to Azure. */
  credential(): Promise<TokenCredential>;
}

interface TerminalStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** An output on a stream. */
export function outputOn(stream: TerminalStream, environment: Context['environment']): Output {
  const isTerminal = stream.isTTY === true;
  const isColored = isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return {
    write: (text) => void stream.write(text),
    async drained(signal) {
      if (stream.writableNeedDrain) await once(stream, 'drain', { signal });
    },
    isTerminal,
    get width() {
      return (isTerminal && stream.columns) || DEFAULT_WIDTH;
    },
    colors: pc.createColors(isColored),
  };
}

/** Of an output that is no terminal. */
const DEFAULT_WIDTH = 100;
