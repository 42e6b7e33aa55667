/** The lines that the service logs on its ways, as they reach Application Insights: for tests of what can be asked of them. */
import { z } from 'zod';
import { createHost } from './host.ts';
import { type MemoryWorld, memoryWorld } from './memory-world.ts';
import { WAYS, type Way } from './ways.ts';

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Walks a way from a change to rest. */
export async function linesOn(way: Way): Promise<{ readonly lines: Line[]; readonly world: MemoryWorld }> {
  const world = memoryWorld();
  const host = createHost(world);
  await way.walk(host, world);
  await host.settle();
  return { lines: linesIn(world), world };
}

export function linesIn({ stored }: MemoryWorld): Line[] {
  return stored.logged.map((line) => ({ ...line, fields: FIELDS.parse(line.fields) }));
}

/** The way of this title. */
export function wayCalled(title: string): Way {
  const way = WAYS.find((one) => one.title === title);
  if (!way) throw new Error(`there is no way called ${title}`);
  return way;
}

const FIELDS = z.record(z.string(), z.unknown());
