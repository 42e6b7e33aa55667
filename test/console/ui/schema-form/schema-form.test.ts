/** From a JSON Schema to a form and back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ruleView } from '../../../../src/api/endpoints/rules.ts';
import { type Draft, draftOf, readDraft } from '../../../../src/console/ui/schema-form/draft.ts';
import { type Field, fieldOf, isJson, type Json, membersOf } from '../../../../src/console/ui/schema-form/field.ts';
import { labelOf } from '../../../../src/console/ui/schema-form/labels.ts';
import { rules } from '../../../../src/rules/index.ts';

const views = rules.map(ruleView);
const members = views.flatMap(({ id, parameters, defaults }) =>
  membersOf(parameters).map(({ name, field }) => ({ id, name, field, fallback: defaults[name] })),
);

function fieldNamed(rule: string, name: string): Field {
  const found = members.find((one) => one.id === rule && one.name === name);
  if (!found) throw new Error(`${rule} has no parameter ${name}`);
  return found.field;
}

function problemsOf(field: Field, draft: Draft): string[] {
  const read = readDraft(field, draft);
  return 'problems' in read ? read.problems.map(({ pointer, message }) => `${pointer} ${message}`) : [];
}

function kindsIn(field: Field): string[] {
  if (field.kind === 'list') return [field.kind, ...kindsIn(field.item)];
  if (field.kind === 'map') return [field.kind, ...kindsIn(field.value)];
  if (field.kind === 'group') return [field.kind, ...field.members.flatMap((one) => kindsIn(one.field))];
  return field.kind === 'nullable' ? [field.kind, ...kindsIn(field.inner)] : [field.kind];
}

describe('the parameters of the rules', () => {
  test('each has a form of its own: none is edited as JSON', () => {
    expect(members.length).toBeGreaterThan(15);
    expect(
      members.filter(({ field }) => kindsIn(field).includes('json')).map(({ id, name }) => `${id} ${name}`),
    ).toEqual([]);
  });

  test('each default survives the form', () => {
    for (const { id, name, field, fallback } of members) {
      if (!isJson(fallback)) throw new Error(`${id} ${name} has no default`);
      const read = readDraft(field, draftOf(field, fallback));
      expect({ id, name, read }).toEqual({ id, name, read: { value: fallback } });
    }
  });

  test('what a form accepts is what the rule accepts', () => {
    const typed: readonly (readonly [string, string, Draft])[] = [
      [
        'webapp-auto-heal',
        'rule',
        {
          triggers: {
            requests: null,
            slowRequests: null,
            statusCodesRange: [{ statusCodes: '500-599', count: '10', timeInterval: '00:05:00' }],
          },
          actions: { actionType: 'Recycle', minProcessExecutionTime: '00:10:00' },
        },
      ],
      ['webapp-access-restrict', 'allowedRanges', '203.0.113.0/24\n\n  2001:db8::/32 '],
      ['webapp-runtime', 'endOfSupport', [{ name: 'NODE|22', value: '2027-04-30' }]],
      ['webapp-min-tls', 'minimum', '1.3'],
      ['webapp-backup-health', 'days', ' 30 '],
      ['webapp-isolated-plan', 'isolationTag', 'isolation'],
      ['subscription-regions', 'criticalTag', null],
    ];
    for (const [id, name, draft] of typed) {
      const read = readDraft(fieldNamed(id, name), draft);
      expect(read).toHaveProperty('value');
      const rule = rules.find((one) => one.id === id);
      expect(rule?.parameters.safeParse({ [name]: 'value' in read ? read.value : null }).error).toBeUndefined();
    }
  });
});

describe('messages say what to enter', () => {
  test.each<[string, string, Draft, string[]]>([
    ['containerapp-max-replicas', 'bound', '0', [' Enter a whole number from 1 to 1000.']],
    ['containerapp-max-replicas', 'bound', '2.5', [' Enter a whole number from 1 to 1000.']],
    ['containerapp-max-replicas', 'bound', '', [' Enter a whole number from 1 to 1000.']],
    ['webapp-min-tls', 'minimum', '1.1', [' Choose one of the values.']],
    ['webapp-tls-cipher', 'accepted', [], [' Enter at least one value.']],
    [
      'webapp-access-restrict',
      'allowedRanges',
      '203.0.113.0/24\n203.0.113.7',
      ['/1 "203.0.113.7" is not an address range in CIDR notation, such as 203.0.113.0/24.'],
    ],
    ['subscription-regions', 'criticalValue', 'x'.repeat(257), [' Enter 256 characters or fewer; these are 257.']],
    ['webapp-isolated-plan', 'isolationTag', '', [' Enter a value.']],
    ['webapp-required-tags', 'tags', 'a\n'.repeat(51), [' Enter 50 values or fewer; these are 51.']],
    [
      'webapp-runtime',
      'endOfSupport',
      [
        { name: 'NODE|22', value: 'soon' },
        { name: 'NODE|22', value: '2027-04-30' },
      ],
      ['/NODE|22 "soon" is not a date, such as 2030-12-31.', '/NODE|22 "NODE|22" is there twice.'],
    ],
    [
      'webapp-auto-heal',
      'rule',
      { triggers: { requests: { count: '0', timeInterval: '5 minutes' } } },
      [
        '/triggers/requests/count Enter a whole number from 1 to 1000000.',
        '/triggers/requests/timeInterval "5 minutes" is not in the form that is asked for.',
      ],
    ],
  ])('%s %s', (rule, name, draft, expected) => {
    expect(problemsOf(fieldNamed(rule, name), draft)).toEqual(expected);
  });

  test('what a form cannot show is JSON', () => {
    const field = fieldOf({ anyOf: [{ type: 'integer' }, { type: 'string' }], description: 'Either.' });
    expect(field).toEqual({ kind: 'json', description: 'Either.' });
    expect(readDraft(field, draftOf(field, { a: [1] }))).toEqual({ value: { a: [1] } });
    expect(problemsOf(field, '{')).toEqual([' Enter JSON.']);
  });
});

test('any value of a form survives it', () => {
  const line = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const cases: readonly (readonly [unknown, fc.Arbitrary<Json>])[] = [
    [{ type: 'boolean' }, fc.boolean()],
    [{ type: 'number' }, fc.integer({ min: -1000, max: 1000 })],
    [{ type: 'array', items: { type: 'string' } }, fc.array(line)],
    [{ type: 'array', items: { type: 'array', items: { type: 'boolean' } } }, fc.array(fc.array(fc.boolean()))],
    [
      { type: 'object', additionalProperties: { type: 'integer' } },
      fc.dictionary(line, fc.nat(), { noNullPrototype: true }),
    ],
    [{ anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }] }, fc.option(line)],
    [
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'boolean' } }, required: ['a'] },
      fc.record({ a: line, b: fc.boolean() }, { requiredKeys: ['a'], noNullPrototype: true }),
    ],
  ];
  for (const [schema, values] of cases) {
    const field = fieldOf(schema);
    fc.assert(
      fc.property(values, (value) => {
        expect(readDraft(field, draftOf(field, value))).toEqual({ value });
      }),
      { numRuns: 50 },
    );
  }
});

test('names of members become labels', () => {
  expect(['onlyWithPrivateEndpoint', 'workspaceId', 'days', 'minProcessExecutionTime'].map(labelOf)).toEqual([
    'Only with private endpoint',
    'Workspace ID',
    'Days',
    'Min process execution time',
  ]);
});
