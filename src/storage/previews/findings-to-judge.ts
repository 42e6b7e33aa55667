/** The findings that a preview judges: from the list of findings, without a read of the states of resources. */

import { odata } from '@azure/data-tables';
import { finding } from '../../domain/decisions/finding.ts';
import type { PreviewQuery, Previews } from '../../workflows/ports/previews.ts';
import { FINDING_PARTITION, parseIndex, resourceIn } from '../findings/index-rows.ts';
import { parseRow } from '../table/entity.ts';
import { combineFilters } from '../table/keys.ts';
import { countComparisons, MAX_FILTER_COMPARISONS } from '../table/limits.ts';
import { prefixFilter, type Table } from '../table/table.ts';

export function openFindingsToJudge(table: Table): Pick<Previews, 'listFindings' | 'listEvaluated'> {
  return {
    async listFindings(query, page) {
      const { items, next } = await table.readPage(filterOf(query), page, 1);
      return { items: items.map((row) => parseRow(finding, table.name, row)), next };
    },

    async listEvaluated(scope, page) {
      const filter = combineFilters(prefixFilter(FINDING_PARTITION, 'r-'), {}, scope ?? undefined);
      const { items, next } = await table.readPage(`${filter} and Json0 ne '[]'`, page, 1);
      return {
        items: items.map((row) => ({
          resource: resourceIn(row)?.id ?? String(row.ResourceKey),
          rules: [...parseIndex(table, row).keys()].map(ruleOf),
        })),
        next,
      };
    },
  };
}

/** What does not fit into Azure's limit on comparisons is left out: then the rows are more than were asked for. */
function filterOf({ scope, rules, whole, before }: PreviewQuery): string {
  const filter = combineFilters(prefixFilter(FINDING_PARTITION, 'f-'), {}, scope ?? undefined);
  const undecided = odata`Verdict eq 'violation' or Verdict eq 'unknown' or EvaluatedAt lt ${before}`;
  const wanted = [...(rules === null ? [undecided] : []), ...(rules ?? whole).map((rule) => odata`Rule eq ${rule}`)];
  if (wanted.length === 0) return filter;
  const narrowed = `${filter} and (${wanted.join(' or ')})`;
  return countComparisons(narrowed) <= MAX_FILTER_COMPARISONS ? narrowed : filter;
}

/** The end of the key of a finding, behind its time and the hash of its resource. */
function ruleOf(rowKey: string): string {
  return rowKey.split('-').slice(3).join('-');
}
