/** The section about one rule: its own texts, and what follows from the table of documents. */

import path from 'node:path';
import * as z from 'zod';
import { ruleView } from '../../src/api/endpoints/rules.ts';
import { documentOf, type Impact } from '../../src/domain/resources/documents.ts';
import { benchmarkOf } from '../../src/domain/rules/benchmark.ts';
import { documentationOf } from '../../src/domain/rules/documentation.ts';
import { HARM_TEXTS } from '../../src/domain/rules/harm.ts';
import type { AnyRule, Reference } from '../../src/domain/rules/rule.ts';
import { impactOfFix } from './fix-impact.ts';

/** The section of a rule, under a heading that is its id. */
export function ruleSection(rule: AnyRule): string {
  const { bicep, terraform } = rule.source([]);
  return [
    `## ${rule.id}`,
    '',
    `**${prose(rule.title)}.** ${prose(rule.why)}`,
    '',
    `Severity ${rule.severity}, tier ${rule.tier}, profile ${rule.profile}.`,
    '',
    ...itemsOf(rule).map(([name, text]) => `- **${name}**:${text.startsWith('\n') ? '' : ' '}${text}`),
    '',
    '```bicep',
    bicep,
    '```',
    '',
    '```hcl',
    terraform,
    '```',
    '',
  ].join('\n');
}

/** A link to a rule's section, from any page in the same folder. */
export function ruleLink(rule: AnyRule): string {
  return `[${rule.id}](${path.posix.basename(documentationOf(rule))})`;
}

/** Links to the rules with these ids, in this order. */
export function ruleLinks(ids: readonly string[], rules: readonly AnyRule[]): string {
  return ids.flatMap((id) => rules.filter((rule) => rule.id === id).map(ruleLink)).join(', ');
}

/** A reference as it is written; definitions of Azure Policy lead to the portal, which is where they are read. */
export function referenceLink(reference: Reference): string {
  const { id } = reference;
  if (benchmarkOf(reference) !== 'Azure Policy' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  return `[${id}](${PORTAL}${encodeURIComponent(`/providers/Microsoft.Authorization/policyDefinitions/${id}`)})`;
}

const PORTAL = 'https://portal.azure.com/#blade/Microsoft_Azure_Policy/PolicyDetailBlade/definitionId/';

function itemsOf(rule: AnyRule): [name: string, text: string][] {
  const impact = impactOfFix(rule);
  return [
    ['Reads', readsOf(rule)],
    ...parametersOf(rule),
    ['The fix', rule.fix === null ? 'none: the violation is reported, with what to do.' : prose(rule.fix)],
    [impact === null ? 'What the change would mean' : 'What may break', prose(rule.risk)],
    ...(impact === null ? [] : [named('Impact', IMPACT[impact]), named('Rollback', rollbackOf(rule))]),
    ...(rule.harm === null ? [] : [named('How harm shows', `${rule.harm}: ${HARM_TEXTS[rule.harm]}`)]),
    ...(rule.differs === undefined ? [] : [named('What others do, and why Plumbline differs', prose(rule.differs))]),
    ['References', referencesOf(rule.references)],
  ];
}

const named = (name: string, text: string): [string, string] => [name, text];

const IMPACT: Readonly<Record<Impact, string>> = {
  traffic: 'traffic: who reaches the app, or how, changes.',
  'new-revision': 'new revision: the app gets a new revision.',
  restart: 'restart: the app may restart.',
  cost: 'cost: nothing stops, but it costs money.',
  none: 'none.',
};

function readsOf({ kind, documents }: AnyRule): string {
  const late = documents.filter((name) => documentOf(kind, name)?.readOn === 'sweep');
  const names = documents.map((name) => `\`${name}\``).join(', ');
  return late.length === 0 ? `${names}.` : `${names}; evaluated by the sweep only.`;
}

/** Follows from how a fix is written and from whether the rule is reversible. */
function rollbackOf({ reversible, writes }: AnyRule): string {
  if (!reversible) return 'not possible: `POST /api/audit/{id}/rollback` answers 409 `not-reversible`.';
  const values = writes.filter((name) => name !== 'diagnosticSettings');
  const sentences = [
    `\`POST /api/audit/{id}/rollback\` restores the previous values in ${writes.map((name) => `\`${name}\``).join(' and ')}.`,
    ...(values.length === 0
      ? []
      : ['A value that was not set before cannot be restored, because Azure takes null for no change.']),
    ...(writes.includes('diagnosticSettings')
      ? ['A diagnostic setting that Plumbline created is deleted. One that it extended gets its previous form.']
      : []),
  ];
  return sentences.join(' ');
}

function referencesOf(references: readonly Reference[]): string {
  const sources = [...new Set(references.map(({ source }) => source))];
  return sources
    .map((source) => {
      const ids = references.filter((one) => one.source === source).map(referenceLink);
      return `${source} ${ids.join(', ')}`;
    })
    .join('; ')
    .concat('.');
}

const schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  get items() {
    return schema.optional();
  },
  get anyOf() {
    return z.array(schema).optional();
  },
});

function parametersOf(rule: AnyRule): [string, string][] {
  const { parameters, defaults } = ruleView(rule);
  const properties = z.record(z.string(), schema).parse(parameters.properties ?? {});
  const items = Object.entries(properties).map(([name, one]) => {
    const [, value = null] = Object.entries(defaults).find(([key]) => key === name) ?? [];
    return `  - \`${name}\` (${formOf(one)}; \`${JSON.stringify(value)}\` unless set). ${prose(one.description ?? '')}`;
  });
  return items.length === 0 ? [] : [named('Parameters', `\n${items.join('\n')}`)];
}

/** The form of a value in words. */
function formOf(one: z.infer<typeof schema>): string {
  if (one.enum) return `one of ${one.enum.map((value) => `\`${value}\``).join(', ')}`;
  if (one.anyOf) return [...new Set(one.anyOf.map(formOf))].join(' or ');
  if (one.format?.startsWith('cidr')) return 'an address range';
  if (one.type === 'array') return `a list, each element ${one.items ? formOf(one.items) : 'a value'}`;
  const type = FORMS[String(one.type)] ?? 'a value';
  const { minimum = -LARGEST, maximum = LARGEST } = one;
  if (minimum > -LARGEST && maximum < LARGEST) return `${type} from ${minimum} to ${maximum}`;
  return minimum > -LARGEST ? `${type}, ${minimum} at least` : type;
}

/** What zod writes for whole numbers without a bound. */
const LARGEST = Number.MAX_SAFE_INTEGER;

const FORMS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
};

/** A sentence as Markdown shows it: angle brackets outside of code are no tags. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
    .join('');
}
