/** The list of findings: newest first, then by resource and rule. */

import { type Finding, isHeldByRollout } from '../../../src/domain/decisions/finding.ts';
import { briefOf, type ResourceBrief, resourceKeyOf } from '../../../src/domain/decisions/finding-briefs.ts';
import { isInScope } from '../../../src/domain/resources/resource.ts';
import type { FindingQuery, Findings } from '../../../src/workflows/ports/findings.ts';
import { copyOf } from '../copy.ts';
import { newestFirst, pageOf } from './rows.ts';

export function fakeFindings(stored: Finding[]): Findings {
  /** By resource. */
  const fully = new Map<string, string | null>();

  const briefs = (): ResourceBrief[] =>
    [...new Set(stored.map(({ resource }) => resource.id.toLowerCase()))].flatMap((key) => {
      const findings = stored.filter(({ resource }) => resource.id.toLowerCase() === key);
      return briefOf(findings[0]?.resource.id ?? key, findings, fully.get(key) ?? null) ?? [];
    });

  return {
    replace: async ({ key }, findings, fullyEvaluatedAt = null) => {
      const others = stored.filter(({ resource }) => resource.id.toLowerCase() !== key);
      stored.splice(0, stored.length, ...others, ...copyOf([...findings]));
      fully.set(key, fullyEvaluatedAt);
    },
    list: async (query, page) =>
      pageOf(
        stored.filter((one) => isLike(one, query)),
        keyOf,
        page,
      ),
    readAt: async (places) => {
      const findings = places.flatMap(
        ({ id, rule, since }) =>
          stored.find((one) => one.resource.id === id && one.rule === rule && Date.parse(one.since) === since) ?? [],
      );
      return { findings: copyOf(findings), read: places.length };
    },
    visitBriefs: async (visit) => {
      briefs().forEach(visit);
      return true;
    },
    getBrief: async (key) => briefs().find(({ id }) => resourceKeyOf(id) === key) ?? null,
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
    isAnyOf(query.verdict, one.verdict) &&
    isAnyOf(query.rule, one.rule) &&
    (query.rules?.includes(one.rule) ?? true) &&
    isAnyOf(query.severity, one.severity) &&
    isAnyOf(query.decision, one.decision?.action) &&
    (query.openEndedOrBefore === undefined ||
      (!one.decision?.until && !isHeldByRollout(one)) ||
      one.evaluatedAt < query.openEndedOrBefore) &&
    (query.resource === undefined || [query.resource].flat().some((scope) => isInScope(one.resource.id, scope)))
  );
}

function isAnyOf(wanted: string | readonly string[] | undefined, found: string | undefined): boolean {
  return wanted === undefined || (found !== undefined && [wanted].flat().includes(found));
}
