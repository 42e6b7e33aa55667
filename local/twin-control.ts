/** The controls of a running twin's simulator (simulator/control.ts), for the commands that make something happen there. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { TwinAddress } from './twin-address.ts';

/**
 * What the simulator answered. Throws with its reason when it refused. Its certificate is its own, so it is trusted by name
 * here and nowhere else.
 */
export async function control(
  twin: Pick<TwinAddress, 'simulator' | 'certificatePath'>,
  method: string,
  route: string,
  body?: unknown,
): Promise<string> {
  const ca = await readFile(twin.certificatePath);
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(route, twin.simulator),
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
      reject(new Error(`Nothing answers at ${twin.simulator}. Start it in another terminal: npm start`)),
    );
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
