/** The catalogue: what is asked, why, and what may be set about it. */
import * as z from 'zod';
import { Refusal } from '../domain/refusal.ts';
import type { AnyRule } from '../domain/rule.ts';
import type { Page, PageRequest } from '../workflows/ports.ts';
import { type Asked, defineCall } from './call.ts';
import { benchmark, rulesInBenchmark } from './filters.ts';
import { pageOf, pageQuery } from './page.ts';
import * as schemas from './schemas.ts';

export const listRules = defineCall({
  name: 'listRules',
  method: 'GET',
  route: 'rules',
  summary: 'Every rule, or those that a benchmark asks for, by id.',
  role: 'Plumbline.Reader',
  query: z.strictObject({ benchmark: benchmark.exactOptional(), ...pageQuery }),
  statuses: [200],
  result: schemas.listOf(schemas.rule),
  refusals: [],
  async handle({ world, config, query }) {
    const list = async (asked: { benchmark?: string }, page: PageRequest) => {
      if (asked.benchmark === undefined) return slice(world.rules, page);
      const wanted = rulesInBenchmark(asked.benchmark, world.rules);
      return slice(
        world.rules.filter(({ id }) => wanted.includes(id)),
        page,
      );
    };
    const page = await pageOf('rules', config.cursorKey, query, list);
    return { body: { ...page, items: page.items.map(ruleView) } };
  },
});

export const getRule = defineCall({
  name: 'getRule',
  method: 'GET',
  route: 'rules/{id}',
  summary: 'One rule.',
  role: 'Plumbline.Reader',
  query: z.strictObject({}),
  statuses: [200],
  result: schemas.rule,
  refusals: ['not-found'],
  find: findRule,
  async handle({ subject }) {
    return { body: ruleView(subject) };
  },
});

/** A rule as others see it: its parameters as JSON Schema, and the values they have when nothing is set. */
export function ruleView(rule: AnyRule) {
  const { id, version, title, why, fix, risk, differs, severity, tier, profile, kind, reversible } = rule;
  const { documents, references } = rule;
  const { $schema: _schema, ...parameters } = z.toJSONSchema(rule.parameters, { io: 'input', unrepresentable: 'any' });
  const defaults = rule.parameters.safeParse({}).data ?? {};
  return {
    ...{ id, version, title, why, fix, risk, ...(differs === undefined ? {} : { differs }) },
    ...{ severity, tier, profile, kind, reversible, documents, parameters, defaults, references },
    source: rule.source([]),
  };
}

async function findRule({ world, params: { id } }: Asked): Promise<AnyRule> {
  const rule = world.rules.find((one) => one.id === id);
  if (!rule) throw new Refusal('not-found', 'There is no rule with this id; GET /api/rules lists them.');
  return rule;
}

/** The rules of a page; a page ends at a rule's id, so that a new version does not shift it. */
function slice(rules: readonly AnyRule[], { limit, after }: PageRequest): Page<AnyRule> {
  const left = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => after === null || id > after);
  const items = left.slice(0, limit);
  return { items, next: left.length > limit ? (items.at(-1)?.id ?? null) : null };
}
