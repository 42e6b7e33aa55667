/** Findings: the verdict of every rule on every resource, and their summary. */
import * as z from 'zod';
import type { Finding } from '../../../domain/decisions/finding.ts';
import { documentationById } from '../../../domain/rules/documentation.ts';
import type { AnyRule } from '../../../domain/rules/rule.ts';
import { findingFilters } from '../../../workflows/ports/findings.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { pageQuery, pageSchema, readPage } from '../../framework/page.ts';
import { benchmark, rulesInBenchmark } from '../../framework/parameters.ts';
import { findingAnswer, summary } from './schemas.ts';
import { readSummary } from './summary.ts';

export const listFindings = defineEndpoint({
  name: 'listFindings',
  method: 'GET',
  route: 'findings',
  summary: 'The verdict of every rule on every resource.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    ...findingFilters.shape,
    benchmark: benchmark.exactOptional(),
    ...pageQuery,
  }),
  result: pageSchema(findingAnswer),
  async handle({ deps, config, query }) {
    const listed = await readPage('findings', config.cursorKey, query, ({ benchmark: asked, ...filters }, page) => {
      const rules = asked === undefined ? {} : { rules: rulesInBenchmark(asked, deps.rules) };
      return deps.findings.list({ ...filters, ...rules }, page);
    });
    return { body: { ...listed, items: listed.items.map((finding) => findingView(finding, deps.rules)) } };
  },
});

export const getSummary = defineEndpoint({
  name: 'getSummary',
  method: 'GET',
  route: 'summary',
  summary: 'Findings, approvals and fixes in numbers, all of them exact.',
  role: 'Plumbline.Reader',
  result: summary,
  async handle({ deps }) {
    return { body: await readSummary(deps) };
  },
});

function findingView({ basis: _basis, ...finding }: Finding, rules: readonly AnyRule[]) {
  const documented = { ...finding, documentation: documentationById(finding.rule, rules) };
  if (finding.decision === null) return documented;
  const { ceilings: _, ...decision } = finding.decision;
  return { ...documented, decision };
}
