/**
 * Route templates of HTTP functions (`approvals/{id}`, `{name?}`, `{*rest}`), matched as the Functions host does:
 * literals without case, the most literal route first, one function per route and method.
 */
import { z } from 'zod';
import type { RegisteredFunction } from './functions-core.ts';

export interface Route {
  readonly fn: RegisteredFunction;
  readonly methods: readonly string[];
  readonly segments: readonly Segment[];
}

export interface Match {
  readonly fn: RegisteredFunction;
  readonly params: Readonly<Record<string, string>>;
}

/** Reads the HTTP functions among `functions`; throws on a template or a method that this host does not serve. */
export function httpRoutes(functions: Iterable<RegisteredFunction>): readonly Route[] {
  const routes = [...functions]
    .filter((fn) => fn.trigger.binding.type === 'httpTrigger')
    .map((fn): Route => {
      const binding = httpTrigger.parse(fn.trigger.binding);
      const template = binding.route ?? fn.name;
      return {
        fn,
        methods: binding.methods.map((method) => method.toUpperCase()),
        segments: template
          .split('/')
          .filter(Boolean)
          .map((text) => segment(text, fn.name)),
      };
    });
  return routes.sort((a, b) => precedence(a).localeCompare(precedence(b)));
}

/** The function that serves a method and a path (below the prefix, still percent-encoded), or none. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
  const parts = path.split('/').filter(Boolean).map(decodeSegment);
  for (const route of routes) {
    if (!route.methods.includes(method)) continue;
    const params = matchSegments(route.segments, parts);
    if (params) return { fn: route.fn, params };
  }
  return undefined;
}

type Segment = { readonly kind: 'literal' | 'param' | 'optional' | 'rest'; readonly name: string };

const httpTrigger = z.object({
  route: z.string().optional(),
  methods: z.array(z.enum(['GET', 'POST', 'DELETE', 'HEAD', 'PATCH', 'PUT', 'OPTIONS', 'TRACE', 'CONNECT'])),
});

function segment(text: string, functionName: string): Segment {
  if (!/[{}]/.test(text)) return { kind: 'literal', name: text.toLowerCase() };
  const [, star, name, optional] = /^\{(\*{0,2})([A-Za-z_]\w*)(\??)\}$/.exec(text) ?? [];
  if (name === undefined) {
    throw new Error(`The route of function "${functionName}" has a segment that this host does not serve: ${text}`);
  }
  return { kind: star ? 'rest' : optional ? 'optional' : 'param', name };
}

function precedence(route: Route): string {
  const rank = { literal: '1', param: '2', optional: '3', rest: '4' };
  return route.segments.map((part) => rank[part.kind]).join('');
}

function matchSegments(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, { kind, name }] of segments.entries()) {
    const part = parts[index];
    if (kind === 'rest') {
      if (part !== undefined) params[name] = parts.slice(index).join('/');
      return params;
    }
    if (part === undefined) {
      if (kind !== 'optional') return undefined;
    } else if (kind !== 'literal') {
      params[name] = part;
    } else if (part.toLowerCase() !== name) {
      return undefined;
    }
  }
  return parts.length <= segments.length ? params : undefined;
}

/** The platform decodes a path once but leaves %2F alone, so that an encoded slash cannot move a segment border. */
function decodeSegment(part: string): string {
  try {
    return part
      .split(/(%2f)/i)
      .map((piece) => (/^%2f$/i.test(piece) ? piece : decodeURIComponent(piece)))
      .join('');
  } catch {
    return part;
  }
}
