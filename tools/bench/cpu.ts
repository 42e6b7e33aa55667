/** What an event costs the host's processor, and how long many events take, of both commits in turn. */
import type { Pair, Report } from './report.ts';
import { type Side, startSide } from './side.ts';

const ROUNDS = 5;

/** Runs work on the older commit and on this one by turns, so that both share what else the machine does. */
export async function inTurn(
  rounds: number,
  sides: readonly [Side, Side],
  work: (side: Side, round: number) => Promise<number>,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = await work(sides[0], round);
    const now = await work(sides[1], round);
    pairs.push({ before, now });
  }
  return pairs;
}

export async function withSides(base: string, work: (sides: readonly [Side, Side]) => Promise<void>): Promise<void> {
  const before = await startSide({ root: base });
  try {
    const now = await startSide({});
    await work([before, now]).finally(() => now.close());
  } finally {
    await before.close();
  }
}

/** Processor time of the host for an event of a compliant web app that was seen before, its reception included. */
export async function compareCpu(report: Report, base: string): Promise<void> {
  const APPS = 100;
  await withSides(base, async (sides) => {
    const round = async (side: Side) => {
      const apps = side.addApps(0, APPS);
      const from = await side.cpu();
      await side.deliver(apps, 8);
      await side.settled();
      const to = await side.cpu();
      return from === null || to === null ? Number.NaN : (to - from) / APPS;
    };
    for (const side of sides) for (let warm = 0; warm < 3; warm++) await round(side);
    report.compare(
      'processor of the host, an event of a compliant app',
      'ms',
      await inTurn(ROUNDS, sides, round),
      0.35,
    );
  });
}

/** Events to their outcomes: two for each of 1,000 apps, 200 apps at a time. */
export async function compareThroughput(report: Report, base: string): Promise<void> {
  const APPS = 200;
  await withSides(base, async (sides) => {
    const round = async (side: Side, number: number) => {
      const apps = side.addApps(number * APPS, APPS);
      const from = performance.now();
      await side.deliver([...apps, ...apps], 16);
      await side.settled();
      return (performance.now() - from) / 1000;
    };
    for (const side of sides) await round(side, ROUNDS);
    const pairs = await inTurn(ROUNDS, sides, round);
    report.compare('2,000 events of 1,000 apps to their outcomes, a fifth of them', 's', pairs, 0.5);
  });
}
