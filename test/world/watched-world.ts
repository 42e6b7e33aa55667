/** A world whose port calls are watched: each is told by its name, and may be let through or not. */
import type { World } from '../../src/workflows/ports.ts';

/** Called instead of a port's method; `call` carries it out. */
export type Watch = (name: string, call: () => Promise<unknown>) => Promise<unknown>;

/** What of a world is no port: it cannot fail, or it is the test's own. */
const NO_PORTS = ['clock', 'log', 'rules', 'options', 'stored'];
/** What answers at once, without asking anybody. */
const AT_ONCE = ['newId', 'sign', 'fault'];

/** The names of all ports, those that will be added included. */
export function portsOf(world: World): string[] {
  return Object.entries(world).flatMap(([name, member]) => (isPort(member) && !NO_PORTS.includes(name) ? name : []));
}

export function watchedWorld(world: World, watch: Watch): World {
  const members = Object.entries(world);
  const watched = members.flatMap(([name, member]) =>
    isPort(member) && !NO_PORTS.includes(name) ? [[name, watchedPort(name, member, watch)] as const] : [],
  );
  return { ...world, ...Object.fromEntries(watched) };
}

function isPort(member: unknown): member is object {
  return typeof member === 'object' && member !== null;
}

/** Like the world, except that the named call fails as often as said. */
export function failingWorld(world: World, name: string, error: Error, times = Number.POSITIVE_INFINITY): World {
  let left = times;
  return watchedWorld(world, async (called, call) => {
    if (called !== name || left <= 0) return call();
    left -= 1;
    throw error;
  });
}

/** The names of the calls, in their order; those that come without an answer to wait for are left out. */
export function tracedWorld(world: World, trace: string[]): World {
  return watchedWorld(world, (name, call) => {
    trace.push(name);
    return call();
  });
}

function watchedPort<T extends object>(name: string, port: T, watch: Watch): T {
  return new Proxy(port, {
    get(target, property, receiver) {
      const member: unknown = Reflect.get(target, property, receiver);
      if (typeof member !== 'function' || AT_ONCE.includes(String(property))) return member;
      return (...given: unknown[]) =>
        watch(`${name}.${String(property)}`, async () => {
          const answer: unknown = await Reflect.apply(member, target, given);
          // A lease is a port of its own, made while working.
          return name === 'leases' && answer !== null ? watchedPort('lease', Object(answer), watch) : answer;
        });
    },
  });
}
