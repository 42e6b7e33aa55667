/** Wrappers around all ports: each call is passed to a function, by its name, which may carry it out or not. */
import type { Deps } from '../../../src/workflows/ports/deps.ts';

/** Called instead of a port's method; `call` carries it out. */
export type Watch = (name: string, call: () => Promise<unknown>) => Promise<unknown>;

/** Members that are no ports: they cannot fail, or they belong to the test. */
const NO_PORTS = ['clock', 'log', 'metrics', 'rules', 'options', 'stored', 'sweeping'];
/** Methods that answer at once, without a request. */
const AT_ONCE = ['newId', 'idOf', 'sign', 'sealFault'];

/** The names of all ports. */
export function portsOf(deps: Deps): string[] {
  return Object.entries(deps).flatMap(([name, member]) => (isPort(member) && !NO_PORTS.includes(name) ? name : []));
}

export function watchedDeps<T extends Deps>(deps: T, watch: Watch): T {
  const members = Object.entries(deps);
  const watched = members.flatMap(([name, member]) =>
    isPort(member) && !NO_PORTS.includes(name) ? [[name, watchedPort(name, member, watch)] as const] : [],
  );
  return { ...deps, ...Object.fromEntries(watched) };
}

function isCall(deps: Deps, name: string): boolean {
  const [port, method = ''] = name.split('.');
  return Object.entries(deps).some(([key, member]) => key === port && isPort(member) && method in member);
}

function isPort(member: unknown): member is object {
  return typeof member === 'object' && member !== null;
}

/** The named call fails, every time or so many times. */
export function failingDeps(deps: Deps, name: string, error: Error, times = Number.POSITIVE_INFINITY): Deps {
  let left = times;
  return watchedDeps(deps, async (called, call) => {
    if (called !== name || left <= 0) return call();
    left -= 1;
    throw error;
  });
}

/** These calls throw: the code under test must not make them. Throws an Error when no port has such a call. */
export function withoutCalls<T extends Deps>(deps: T, names: readonly string[]): T {
  const unknown = names.filter((name) => !isCall(deps, name));
  if (unknown.length > 0) throw new Error(`no port has the call ${unknown.join(', ')}`);
  return watchedDeps(deps, async (name, call) => {
    if (names.includes(name)) throw new Error(`${name} must not be called here`);
    return call();
  });
}

/** Adds the name of each call to the trace, without those that answer at once. */
export function tracedDeps(deps: Deps, trace: string[]): Deps {
  return watchedDeps(deps, (name, call) => {
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
          // A lease is a port, too, and is made at run time.
          return property === 'acquire' && answer !== null ? watchedPort('lease', Object(answer), watch) : answer;
        });
    },
  });
}
