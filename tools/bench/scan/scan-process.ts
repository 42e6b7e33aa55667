/** One scan in a process of its own, with a clock that moves when somebody sleeps; prints what it cost as JSON. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import pc from 'picocolors';
import { run } from '../../../src/cli/estate/run-scan.ts';
import { keepHeapSmall } from '../../../src/cli/estate/small-heap.ts';
import type { Context, Output } from '../../../src/cli/framework/context.ts';
import { createCallerCredential } from '../../../src/cli/framework/credential.ts';
import { createHttpClient } from '../../../src/http/http-client.ts';

keepHeapSmall();
let now = Date.now();
const readAt: number[] = [];
let mostReadsInSecond = 0;
let reads = 0;
let queries = 0;
const silent: Output = {
  write() {},
  async drained() {},
  ...{ isTerminal: false, width: 100, colors: pc.createColors(false) },
};
const context: Context = {
  stdin: { isTerminal: false, stream: Readable.from([]) },
  ...{ stdout: silent, stderr: silent, environment: process.env, signal: new AbortController().signal, fetch },
  clock: {
    now: () => new Date(now),
    async sleep(milliseconds) {
      const until = now + milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
      now = Math.max(now, until);
    },
  },
  credential: () => createCallerCredential(process.env),
};
const inner = createHttpClient();
const started = now;
const code = await run(
  context,
  {
    ...{ subscription: [], resourceGroup: [], resource: [], rule: [], benchmark: [], severity: [], output: 'jsonl' },
    ...{
      profile: undefined,
      settings: undefined,
      resume: undefined,
      failOn: undefined,
      plan: false,
      allowUnread: false,
    },
    ...{ subscription: [process.argv[2] ?? ''], out: process.argv[3] },
  },
  {
    httpClient: {
      sendRequest(request) {
        if (request.method === 'GET') {
          reads += 1;
          readAt.push(now);
          while ((readAt[0] ?? now) <= now - 1000) readAt.shift();
          mostReadsInSecond = Math.max(mostReadsInSecond, readAt.length);
        } else queries += 1;
        return inner.sendRequest(request);
      },
    },
  },
);
process.stdout.write(
  JSON.stringify({
    ...{ code, reads, queries, mostReadsInSecond },
    ...{ minutes: (now - started) / 60_000, peakMebibytes: peakMebibytes() },
  }),
);
process.exit(0);

/** On Linux from the kernel's count for this program: `maxRSS` begins with what the process had before it became this one. */
function peakMebibytes(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return Math.round(Number(kibibytes ?? process.resourceUsage().maxRSS) / 1024);
}
