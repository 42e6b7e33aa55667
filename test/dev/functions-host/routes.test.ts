import { describe, expect, it } from 'vitest';
import { httpRoutes, matchRoute } from '../../../dev/functions-host/http/routes.ts';
import type { RegisteredFunction } from '../../../dev/functions-host/worker/functions-core.ts';

function http(name: string, route: string | undefined, methods = ['GET']): RegisteredFunction {
  const binding = { type: 'httpTrigger', direction: 'in', methods, ...(route !== undefined && { route }) };
  const metadata = { name, bindings: { trigger: binding } };
  return { name, metadata, callback: () => undefined, trigger: { name: 'trigger', binding } };
}

const routes = httpRoutes([
  http('rest', 'files/{*path}'),
  http('one', 'approvals/{id}'),
  http('optional', 'rules/{id?}'),
  http('Literal', 'approvals/decisions', ['GET', 'POST']),
  http('written', 'approvals/decisions/', ['PUT']),
  http('health', undefined),
]);

describe('routes', () => {
  it.each([
    ['GET', 'health', 'health', {}],
    ['GET', 'approvals/7', 'one', { id: '7' }],
    ['GET', 'Approvals/Decisions/', 'Literal', {}],
    ['PUT', 'approvals/decisions', 'written', {}],
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
    ['GET', 'approvals//7'],
    ['GET', 'approvals/7//'],
    ['GET', 'approvals//'],
  ])('%s %s is served by no function', (method, path) => {
    expect(matchRoute(routes, method, path)).toBeUndefined();
  });

  it('are tried in the order of function names, without regard to case or literal segments', () => {
    const twice = (one: string, literal: string) =>
      matchRoute(httpRoutes([http(literal, 'audit/verify'), http(one, 'audit/{id}')]), 'GET', 'audit/verify')?.fn.name;
    expect(twice('getEntry', 'verify')).toBe('getEntry');
    expect(twice('getEntry', 'Check')).toBe('Check');
    expect(twice('GetEntry', 'check')).toBe('check');
    expect(twice('get_entry', 'getentry')).toBe('getentry');
    expect(twice('get1', 'get_')).toBe('get1');
  });

  it('refuse a template that the platform would serve in another way', () => {
    expect(() => httpRoutes([http('typed', 'a/{id:int}')])).toThrow('function "typed" has a segment');
  });
});
