/**
 * Route templates of HTTP functions (`approvals/{id}`, `{name?}`, `{*rest}`), matched as the Functions host does: it sorts
 * the functions by name without case, and the first route that matches wins. A literal has no precedence over a parameter.
 * https://github.com/Azure/azure-functions-host (4.1037.0): FunctionMetadataManager.cs, WebScriptHostHttpRoutesManager.cs
 */
import { z } from 'zod';
import type { RegisteredFunction } from '../worker/functions-core.ts';

export interface Route {
  readonly fn: RegisteredFunction;
  readonly methods: readonly string[];
  readonly segments: readonly Segment[];
  /** Whether no key is required. */
  readonly anonymous: boolean;
}

export interface Match {
  readonly fn: RegisteredFunction;
  readonly anonymous: boolean;
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
        anonymous: binding.authLevel?.toLowerCase() === 'anonymous',
        segments: template
          .split('/')
          .filter(Boolean)
          .map((text) => segment(text, fn.name)),
      };
    });
  return routes.sort((a, b) => byName(a.fn.name, b.fn.name));
}

/** The order of the Functions host: .NET's `OrdinalIgnoreCase`, which compares upper-case letters by their codes. */
export function byName(a: string, b: string): number {
  const [first, second] = [a.toUpperCase(), b.toUpperCase()];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** The function that serves a method and a path (below the prefix, still percent-encoded), or none. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
  // One slash at the end is no segment; any other empty segment is one that nothing matches.
  const parts = path.replace(/\/$/, '').split('/').map(decodeSegment);
  for (const route of routes) {
    if (!route.methods.includes(method)) continue;
    const params = matchSegments(route.segments, parts);
    if (params) return { fn: route.fn, anonymous: route.anonymous, params };
  }
  return undefined;
}

type Segment = { readonly kind: 'literal' | 'param' | 'optional' | 'rest'; readonly name: string };

const httpTrigger = z.object({
  route: z.string().optional(),
  authLevel: z.string().optional(),
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
    } else if (kind === 'literal' ? part.toLowerCase() !== name : part === '') {
      return undefined;
    } else if (kind !== 'literal') {
      params[name] = part;
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
