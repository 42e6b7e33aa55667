import { describe, expect, it } from 'vitest';
import type { RegisteredFunction } from '../../../local/functions-core.ts';
import { httpRoutes, matchRoute } from '../../../local/routes.ts';

function http(name: string, route: string | undefined, methods = ['GET']): RegisteredFunction {
  const binding = { type: 'httpTrigger', direction: 'in', methods, ...(route !== undefined && { route }) };
  const metadata = { name, bindings: { trigger: binding } };
  return { name, metadata, callback: () => undefined, trigger: { name: 'trigger', binding } };
}

const routes = httpRoutes([
  http('rest', 'files/{*path}'),
  http('one', 'approvals/{id}'),
  http('optional', 'rules/{id?}'),
  http('literal', 'approvals/decisions', ['GET', 'POST']),
  http('health', undefined),
]);

describe('routes', () => {
  it.each([
    ['GET', 'health', 'health', {}],
    ['GET', 'approvals/7', 'one', { id: '7' }],
    ['GET', 'Approvals/Decisions/', 'literal', {}],
    ['GET', 'rules', 'optional', {}],
    ['GET', 'rules/webapp-http2', 'optional', { id: 'webapp-http2' }],
    ['GET', 'files/a/b%20c', 'rest', { path: 'a/b c' }],
    ['GET', 'approvals/%E0%A4%A', 'one', { id: '%E0%A4%A' }],
  ])('%s %s is served by %s', (method, path, name, params) => {
    const match = matchRoute(routes, method, path);
    expect([match?.fn.name, match?.params]).toEqual([name, params]);
  });

  it.each([
    ['GET', 'approvals'],
    ['GET', 'approvals/7/more'],
    ['POST', 'approvals/7'],
    ['GET', ''],
  ])('%s %s is served by nothing', (method, path) => {
    expect(matchRoute(routes, method, path)).toBeUndefined();
  });

  it('refuses a template it would serve otherwise than the platform', () => {
    expect(() => httpRoutes([http('typed', 'a/{id:int}')])).toThrow('function "typed" has a segment');
  });
});
