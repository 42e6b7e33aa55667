/** Where the documentation describes a rule. The pages are generated: one per kind of resource, and a table of all rules. */
import * as z from 'zod';
import type { ResourceKind } from '../resources/resource.ts';
import type { AnyRule } from './rule.ts';

export const documentation = z
  .string()
  .describe('The section about the rule, relative to the repository, such as docs/rules/web-app.md#webapp-https-only');

/** The folder of the pages about rules, from the root of the repository. */
const FOLDER = 'docs/rules';

/** The page with the table of all rules. */
export const RULE_TABLE = `${FOLDER}/README.md`;

/** The page about the rules of a kind of resource. */
export function rulePageOf(kind: ResourceKind): string {
  return `${FOLDER}/${kind}.md`;
}

/** The section of a rule, for example `docs/rules/web-app.md#webapp-https-only`. */
export function documentationOf({ kind, id }: Pick<AnyRule, 'kind' | 'id'>): string {
  return `${rulePageOf(kind)}#${id}`;
}

/** The section of the rule with this id. A finding may outlive its rule: then it is the table of all rules. */
export function documentationById(id: string, rules: readonly AnyRule[]): string {
  const rule = rules.find((one) => one.id === id);
  return rule ? documentationOf(rule) : RULE_TABLE;
}
