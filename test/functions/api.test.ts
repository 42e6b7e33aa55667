/** The names of the HTTP functions order their routes: the Functions host takes the first by name that matches. */
import { app } from '@azure/functions';
import { describe, expect, it, vi } from 'vitest';
import { httpRoutes, matchRoute } from '../../dev/functions-host/http/routes.ts';
import type { RegisteredFunction } from '../../dev/functions-host/worker/functions-core.ts';
import { ENDPOINTS, functionNameOf, registerApi } from '../../src/functions/api.ts';

vi.mock('../../src/app/service.ts', () => ({ getService: () => {} }));
vi.mock('../../src/console/page.ts', () => ({ consolePage: () => '<!doctype html>' }));

interface Registered {
  readonly name: string;
  readonly route: string;
  readonly methods: readonly string[];
}

function registered(): Registered[] {
  const register = vi.spyOn(app, 'http').mockImplementation(() => {});
  registerApi();
  const all = register.mock.calls.map(([name, { route = name, methods = [] }]) => ({ name, route, methods }));
  register.mockRestore();
  return all;
}

function inHost({ name, route, methods }: Registered): RegisteredFunction {
  const binding = { type: 'httpTrigger', direction: 'in', authLevel: 'anonymous', route, methods };
  return {
    name,
    metadata: { name, bindings: { http: binding } },
    callback: () => {},
    trigger: { name: 'http', binding },
  };
}

function served(functions: readonly Registered[], method: string, path: string): string | undefined {
  return matchRoute(httpRoutes(functions.map(inHost)), method, path)?.fn.name;
}

/**
 * The most literal path that two routes match, or null: where both have a parameter, the value is no literal of any
 * route.
 */
function meeting(one: Registered, other: Registered): string | null {
  const [parts, others] = [one.route.split('/'), other.route.split('/')];
  if (parts.length !== others.length) return null;
  const common = parts.map((part, index) => [part, others[index] ?? ''].filter((text) => !text.startsWith('{')));
  return common.some(([a, b]) => a !== undefined && b !== undefined && a !== b)
    ? null
    : common.map(([literal]) => literal ?? 'x~1').join('/');
}

const parameters = ({ route }: Registered) => route.split('{').length;

/** The conflict of any two functions: the one with fewer parameters must serve every path that both match. */
function conflicts(functions: readonly Registered[]): string[] {
  return functions.flatMap((one, index) =>
    functions.slice(index + 1).flatMap((other) => {
      const [expected, loser] = parameters(one) <= parameters(other) ? [one, other] : [other, one];
      const path = meeting(one, other);
      const method = one.methods.find((candidate) => other.methods.includes(candidate));
      if (path === null || method === undefined) return [];
      const wrong = served([one, other], method, path) !== expected.name || expected.name > loser.name;
      return wrong || parameters(one) === parameters(other) ? [`${method} ${path}: ${loser.name}`] : [];
    }),
  );
}

const named = (name: string, route: string, method = 'GET'): Registered => ({
  name: functionNameOf({ name, route }),
  route,
  methods: [method],
});

describe('the HTTP functions', () => {
  const functions = registered();

  it('exist for every endpoint, under valid names that are unique without regard to case', () => {
    expect(functions).toHaveLength(ENDPOINTS.length);
    for (const { name } of functions) expect(name).toMatch(/^[a-z][a-z0-9_-]{0,127}$/i);
    expect(new Set(functions.map(({ name }) => name.toUpperCase())).size).toBe(functions.length);
  });

  it('serve their own paths, for any pair that the host compares, in any casing', () => {
    expect(functions.length).toBeGreaterThan(20);
    expect(conflicts(functions)).toEqual([]);
    for (const one of functions) {
      for (const method of one.methods) {
        expect(served(functions, method, one.route.replaceAll(/\{\w+\}/g, 'x~1'))).toBe(one.name);
      }
    }
  });

  it('keep their order with further routes of any name', () => {
    const later = [
      named('zebras', 'audit/zebras'),
      named('ZipEverything', 'audit/everything'),
      named('previewExemption', 'exemptions/preview', 'DELETE'),
      named('releaseAll', 'deadletters/all/release', 'POST'),
      named('all', '{area}/{id}/{action}', 'POST'),
    ];
    expect(conflicts([...functions, ...later])).toEqual([]);
    expect(served([...functions, ...later], 'GET', 'audit/zebras')).toBe('http0_zebras');
    expect(served([...functions, ...later], 'GET', 'audit/h-1')).toBe('http1_getAuditEntry');
  });

  it('would conflict under the names of the calls alone', () => {
    const bare = ENDPOINTS.map(({ name, route, method }) => ({ name, route, methods: [method] }));
    expect(conflicts(bare).sort()).toEqual([
      'GET audit/anchors: getAuditEntry',
      'GET audit/evidence: getAuditEntry',
      'GET audit/verify: getAuditEntry',
    ]);
    expect(served(bare, 'GET', 'audit/verify')).toBe('getAuditEntry');
  });

  it('have no constraint in a route, because the host would answer a bare 404', () => {
    for (const { route } of functions) expect(route).toMatch(/^[a-z.]+(\/([a-z.]+|\{[a-z]+\}))*$/);
  });
});
