/** The platform stops the host during a fix: the running work is finished first, so nothing has to recover. */
import { expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const shop = rightWebApp('stopping', { site: { httpsOnly: false } });
const plumbline = usePlumbline({ resources: [shop] });

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('after SIGTERM during a fix it is verified and logged before the process ends', async () => {
  const [pid = 0] = plumbline.dev.pids;
  const remove = plumbline.simulator.onRequest(async ({ method, path }, phase) => {
    if (phase === 'applied' && method === 'PATCH' && path.startsWith(shop.id)) process.kill(pid, 'SIGTERM');
  });
  await plumbline.change(people.ada, shop.id, 'resource', touched);
  await eventually('the end of the host', async () => !isRunning(pid));
  const ended = new Date().toISOString();
  remove();

  await plumbline.dev.restart();
  const entries = await plumbline.audit(shop.id);
  expect(entries.map(({ kind }) => kind)).toEqual(['fix.intended', 'fix.applied']);
  expect(entries.every(({ at }) => at < ended)).toBe(true);
});
