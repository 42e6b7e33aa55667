// Templates of generated resources: one for each kind and combination of what is wrong, built when the first is needed, with
// placeholders for what each resource has of its own.

import { containerApp, environment } from '../container-app/builders.ts';
import type { Template } from '../estate/documents.ts';
import { allLogsTo, type ResourceSeed, workspaceId } from '../estate/resource-seed.ts';
import { tenantId } from '../identity/directory.ts';
import { plan, slot, webApp } from '../web-app/builders.ts';
import { ENVIRONMENT, type GeneratedKind, type GeneratedPlace, PLAN, SLOT } from './layout.ts';
import { containerAppViolations, webAppViolations } from './violations.ts';

/** Azure writes some ids in lower case, so the placeholder of the group has two spellings. */
const PLACEHOLDERS = /zz-(?:name|group|subscription|principal)|Zz-group/g;
const placeholders = { name: 'zz-name', resourceGroup: 'Zz-group', subscription: 'zz-subscription' };
const identity = { principalId: 'zz-principal', tenantId, type: 'SystemAssigned' };

export interface Templates {
  of(kind: GeneratedKind, violations: readonly string[]): Template;
  /** How many were built. */
  count(): number;
}

export function createTemplates(): Templates {
  const built = new Map<string, Template>();
  return {
    of(kind, violations) {
      const key = [kind, ...violations].join(' ');
      const known = built.get(key);
      if (known) return known;
      const bodies = seedOf(kind, violations).documents;
      const texts = new Map(Object.entries(bodies).map(([name, body]) => [name, JSON.stringify(body)]));
      const template = { bodies, texts };
      built.set(key, template);
      return template;
    },
    count: () => built.size,
  };
}

/** Puts what a place has of its own into a text of its template. */
export function ownText({ name, group, subscription, number }: GeneratedPlace, text: string): string {
  if (!/z-/.test(text)) return text;
  const own: Record<string, string> = {
    'zz-name': name,
    'Zz-group': group,
    'zz-group': group.toLowerCase(),
    'zz-subscription': subscription,
    'zz-principal': `f1ee7000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  };
  return text.replace(PLACEHOLDERS, (found) => own[found] ?? found);
}

function seedOf(kind: GeneratedKind, violations: readonly string[]): ResourceSeed {
  const common = { ...placeholders, identity, diagnostics: { 'to-central': allLogsTo(workspaceId) } };
  switch (kind) {
    case 'plan':
      return plan({ ...placeholders, name: PLAN });
    case 'environment':
      return environment({ ...placeholders, name: ENVIRONMENT });
    case 'containerApp': {
      const [ingress, options] = merged('ingress', violations, containerAppViolations);
      return containerApp({ ...placeholders, identity, ...options, ingress });
    }
    case 'site':
    case 'slot': {
      const [site, options] = merged('site', violations, webAppViolations);
      const [web] = merged('web', violations, webAppViolations);
      const all = { ...common, ...options, site, web };
      return kind === 'site' ? webApp(all) : slot({ ...all, name: SLOT, of: placeholders.name });
    }
  }
}

/** The options of all that is wrong, with those below `inner` put together. */
function merged<K extends string, T extends { [key in K]?: object }>(
  inner: K,
  violations: readonly string[],
  known: Readonly<Record<string, T>>,
): [Record<string, unknown>, Partial<T>] {
  const wrong = violations.flatMap((name) => known[name] ?? []);
  return [Object.assign({}, ...wrong.map((one) => one[inner])), Object.assign({}, ...wrong)];
}
