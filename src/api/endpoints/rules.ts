/** The rules: what they check, why, and their parameters. */

import * as z from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { documentation, documentationOf } from '../../domain/rules/documentation.ts';
import { type AnyRule, ruleDescription, source } from '../../domain/rules/rule.ts';
import type { Page, PageRequest } from '../../workflows/ports/storage.ts';
import { defineEndpoint, type RequestContext } from '../framework/endpoint.ts';
import { pageQuery, pageSchema, readPage } from '../framework/page.ts';
import { benchmark, rulesInBenchmark } from '../framework/parameters.ts';

export const ruleAnswer = ruleDescription
  .extend({
    parameters: z.record(z.string(), z.unknown()).describe('JSON Schema of the parameters that settings may give'),
    defaults: z.record(z.string(), z.unknown()),
    documentation,
    source,
  })
  .strict()
  .meta({ id: 'Rule' });

export const listRules = defineEndpoint({
  name: 'listRules',
  method: 'GET',
  route: 'rules',
  summary: 'Every rule, or those of a benchmark, by id.',
  role: 'Plumbline.Reader',
  query: z.strictObject({ benchmark: benchmark.exactOptional(), ...pageQuery }),
  result: pageSchema(ruleAnswer),
  async handle({ deps, config, query }) {
    const list = async (asked: { benchmark?: string }, page: PageRequest) => {
      if (asked.benchmark === undefined) return slice(deps.rules, page);
      const wanted = rulesInBenchmark(asked.benchmark, deps.rules);
      return slice(
        deps.rules.filter(({ id }) => wanted.includes(id)),
        page,
      );
    };
    const page = await readPage('rules', config.cursorKey, query, list);
    return { body: { ...page, items: page.items.map(ruleView) } };
  },
});

export const getRule = defineEndpoint({
  name: 'getRule',
  method: 'GET',
  route: 'rules/{id}',
  summary: 'One rule.',
  role: 'Plumbline.Reader',
  result: ruleAnswer,
  refusals: ['not-found'],
  findSubject: findRule,
  async handle({ subject }) {
    return { body: ruleView(subject) };
  },
});

/** A rule as the API shows it: its parameters as JSON Schema, with their defaults. */
export function ruleView(rule: AnyRule): z.infer<typeof ruleAnswer> {
  const { $schema: _schema, ...parameters } = z.toJSONSchema(rule.parameters, { io: 'input', unrepresentable: 'any' });
  return {
    ...ruleDescription.parse(rule),
    parameters,
    defaults: z.record(z.string(), z.unknown()).catch({}).parse(rule.parameters.safeParse({}).data),
    documentation: documentationOf(rule),
    source: rule.source([]),
  };
}

async function findRule({ deps, params: { id } }: RequestContext): Promise<AnyRule> {
  const rule = deps.rules.find((one) => one.id === id);
  if (!rule) throw new Refusal('not-found', 'There is no rule with this id; GET /api/rules lists them.');
  return rule;
}

/** The rules of a page; a page ends at a rule's id, so that a new version does not shift it. */
function slice(rules: readonly AnyRule[], { limit, after }: PageRequest): Page<AnyRule> {
  const left = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => after === null || id > after);
  const items = left.slice(0, limit);
  return { items, next: left.length > limit ? (items.at(-1)?.id ?? null) : null };
}
