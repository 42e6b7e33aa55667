/** One scan in a process of its own, with a clock that moves when somebody sleeps; prints what it cost as JSON. */
import { Readable } from 'node:stream';
import pc from 'picocolors';
import { run } from '../../../src/cli/estate/run-scan.ts';
import type { Context, Output } from '../../../src/cli/framework/context.ts';
import { createCallerCredential } from '../../../src/cli/framework/credential.ts';
import { createHttpClient } from '../../../src/http/http-client.ts';

let now = Date.now();
const sentAt: number[] = [];
let mostInSecond = 0;
let requests = 0;
const silent: Output = { write() {}, isTerminal: false, width: 100, colors: pc.createColors(false) };
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
        requests += 1;
        sentAt.push(now);
        while ((sentAt[0] ?? now) <= now - 1000) sentAt.shift();
        mostInSecond = Math.max(mostInSecond, sentAt.length);
        return inner.sendRequest(request);
      },
    },
  },
);
const peakMebibytes = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(
  JSON.stringify({ code, requests, mostInSecond, minutes: (now - started) / 60_000, peakMebibytes }),
);
process.exit(0);
