/** The most memory that the host takes: many events of one app, then as many of a hundred. */
import { residentMegabytes } from '../soak/memory.ts';
import type { Report } from './report.ts';
import { startSide } from './side.ts';

/** `root`: an older commit; absent: this one. */
export async function measureMemory(report: Report, events: number, root?: string): Promise<void> {
  const side = await startSide(root === undefined ? {} : { root });
  try {
    const apps = side.addApps(0, 100);
    const [pid] = side.dev.pids;
    if (pid === undefined) throw new Error('the host has no process');
    const name = root === undefined ? 'memory of the host' : 'memory of the host, older commit';
    report.megabytes(`${name}, idle`, await residentMegabytes(pid), null);
    for (const count of [1, apps.length]) {
      await side.deliver(
        Array.from({ length: events }, (_, index) => apps[index % count] ?? apps[0]).flatMap((app) => app ?? []),
        32,
      );
      await side.settled();
      report.megabytes(`${name}, peak, ${events} events of ${count} app(s)`, await residentMegabytes(pid), 220);
    }
  } finally {
    await side.close();
  }
}
