/** The list of findings: newest first, then by resource and rule. */

import type { Finding } from '../../../src/domain/decisions/finding.ts';
import { isInScope } from '../../../src/domain/resources/resource.ts';
import type { FindingQuery, Findings } from '../../../src/workflows/ports/findings.ts';
import { copyOf } from '../copy.ts';
import { fits, newestFirst, pageOf } from './rows.ts';

export function fakeFindings(stored: Finding[]): Findings {
  return {
    replace: async ({ key }, findings) => {
      const others = stored.filter(({ resource }) => resource.id.toLowerCase() !== key);
      stored.splice(0, stored.length, ...others, ...copyOf([...findings]));
    },
    list: async (query, page) =>
      pageOf(
        stored.filter((one) => isLike(one, query)),
        keyOf,
        page,
      ),
    listResources: async (scope, after, upTo) =>
      [...new Set(stored.map(({ resource }) => resource.id.toLowerCase()))]
        .filter((key) => isInScope(key, scope) && key > after && (upTo === null || key <= upTo))
        .sort(),
    pageOfResources: async (scope, page) =>
      pageOf(
        [...new Set(stored.map(({ resource }) => resource.id.toLowerCase()))].filter((key) => isInScope(key, scope)),
        (key) => key,
        page,
      ),
  };
}

function keyOf({ since, resource, rule }: Finding): string {
  return `${newestFirst(since)}-${resource.id.toLowerCase()}-${rule}`;
}

function isLike(one: Finding, query: FindingQuery): boolean {
  return (
    fits(query.verdict, one.verdict) &&
    fits(query.rule, one.rule) &&
    (query.rules?.includes(one.rule) ?? true) &&
    fits(query.severity, one.severity) &&
    fits(query.decision, one.decision?.action) &&
    (query.openEndedOrBefore === undefined || !one.decision?.until || one.evaluatedAt < query.openEndedOrBefore) &&
    (query.resource === undefined || isInScope(one.resource.id, query.resource))
  );
}
