/**
 * The least that the requests of an event can cost: the same reads of Azure and as many storage requests, by `node:https` and
 * `node:http` with kept connections, in a process of its own, and nothing else.
 */
import { fork } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { Agent as HttpAgent, request as sendHttp } from 'node:http';
import { Agent as HttpsAgent, request as sendHttps } from 'node:https';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const orderShape = z.object({
  /** Each event's reads of Azure, with a token. */
  azure: z.array(z.string()),
  token: z.string(),
  /** Reads and writes of rows for each event, by turns. */
  storageRequests: z.int(),
  tableUrl: z.string(),
  account: z.string(),
  key: z.string(),
  events: z.int(),
  atOnce: z.int(),
});
export type BareOrder = z.infer<typeof orderShape>;

/** Events a second. `certificate` is the file of the certificate that Azure's stand-in has. */
export async function runBareLoop(order: BareOrder, certificate: string): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), [], {
    execArgv: ['--import', new URL('../typescript.mjs', import.meta.url).href],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
  });
  try {
    await once(child, 'message');
    child.send(order);
    const [seconds] = await once(child, 'message');
    return order.events / z.number().parse(seconds);
  } finally {
    child.kill();
  }
}

async function run(order: BareOrder): Promise<number> {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  const authorization = `Bearer ${order.token}`;
  const read = (url: string) => exchange(sendHttps, url, { agent: https, headers: { authorization } }, undefined);
  const store = (index: number) => {
    const url = `${order.tableUrl}(PartitionKey='bare',RowKey='${index % 100}')`;
    const body = index % 2 === 0 ? undefined : ROW;
    const date = new Date().toUTCString();
    const path = new URL(url).pathname;
    const signed = createHmac('sha256', Buffer.from(order.key, 'base64')).update(`${date}\n/${order.account}${path}`);
    const headers = {
      accept: 'application/json;odata=minimalmetadata',
      authorization: `SharedKeyLite ${order.account}:${signed.digest('base64')}`,
      'x-ms-date': date,
      'x-ms-version': '2019-02-02',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return exchange(sendHttp, url, { agent: http, headers, method: body === undefined ? 'GET' : 'PUT' }, body);
  };
  for (let index = 0; index < 200; index++) await store((index % 100) | 1);
  const from = performance.now();
  let next = 0;
  const line = async () => {
    while (next++ < order.events) {
      const first = next;
      const before = order.storageRequests >> 1;
      for (let index = 0; index < before; index++) await store(first + index);
      await Promise.all(order.azure.map(read));
      for (let index = before; index < order.storageRequests; index++) await store(first + index);
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, line));
  return (performance.now() - from) / 1000;
}

/** A row of the size of what is stored of an event. */
const ROW = JSON.stringify({ Json0: JSON.stringify({ text: 'x'.repeat(1500) }) });

function exchange(
  send: typeof sendHttp | typeof sendHttps,
  url: string,
  options: object,
  body: string | undefined,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve(text === '' || (response.statusCode ?? 500) >= 300 ? null : JSON.parse(text));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', async (order) => process.send?.(await run(orderShape.parse(order))));
  process.once('disconnect', () => process.exit());
  process.send?.('ready');
}
