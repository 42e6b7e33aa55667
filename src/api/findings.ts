/** Posture: what every rule says about every resource, and the numbers of it. */
import * as z from 'zod';
import type { Finding } from '../domain/finding.ts';
import { ACTIONS } from '../domain/reasons.ts';
import { SEVERITIES, VERDICTS } from '../domain/rule.ts';
import { defineCall } from './call.ts';
import { benchmark, id, resourceOrAbove, rulesInBenchmark } from './filters.ts';
import { pageOf, pageQuery } from './page.ts';
import * as posture from './posture-schemas.ts';
import * as schemas from './schemas.ts';
import { summaryOf } from './summary.ts';

export const listFindings = defineCall({
  name: 'listFindings',
  method: 'GET',
  route: 'findings',
  summary: 'The verdict of every rule on every resource.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    verdict: z.enum(VERDICTS).exactOptional(),
    resource: resourceOrAbove.exactOptional(),
    rule: id.exactOptional(),
    severity: z.enum(SEVERITIES).exactOptional(),
    decision: z.enum(ACTIONS).exactOptional(),
    benchmark: benchmark.exactOptional(),
    ...pageQuery,
  }),
  statuses: [200],
  result: schemas.listOf(posture.finding),
  refusals: [],
  async handle({ world, config, query }) {
    const listed = await pageOf('findings', config.cursorKey, query, ({ benchmark: asked, ...filters }, page) => {
      const rules = asked === undefined ? {} : { rules: rulesInBenchmark(asked, world.rules) };
      return world.findings.list({ ...filters, ...rules }, page);
    });
    return { body: { ...listed, items: listed.items.map(inList) } };
  },
});

export const getSummary = defineCall({
  name: 'getSummary',
  method: 'GET',
  route: 'summary',
  summary: 'The posture in numbers.',
  role: 'Plumbline.Reader',
  query: z.strictObject({}),
  statuses: [200],
  result: posture.summary,
  refusals: [],
  async handle({ world }) {
    return { body: await summaryOf(world) };
  },
});

/** Each ceiling of its own is for who asks why. */
function inList(finding: Finding) {
  if (finding.decision === null) return finding;
  const { ceilings: _, ...decision } = finding.decision;
  return { ...finding, decision };
}
