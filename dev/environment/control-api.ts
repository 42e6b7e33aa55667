/** Calls the control API of the running simulator (simulator/control/http-api.ts). */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { DevAddress } from './dev-address.ts';

/**
 * The answer of the simulator. Throws with its reason when it refuses. Its certificate is self-signed and trusted for this
 * call only.
 */
export async function callControlApi(
  dev: Pick<DevAddress, 'simulator' | 'certificatePath'>,
  method: string,
  route: string,
  body?: unknown,
): Promise<string> {
  const ca = await readFile(dev.certificatePath);
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(route, dev.simulator),
      { method, ca, headers: { 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 300) resolve(text);
          else reject(new Error(`The simulator refused: ${text}`));
        });
      },
    );
    sent.on('error', () =>
      reject(new Error(`Nothing answers at ${dev.simulator}. Start it in another terminal: npm start`)),
    );
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
