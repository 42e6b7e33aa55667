import { describe, expect, it } from 'vitest';
import {
  FIELDS,
  fieldsOf,
  labelOf,
  parseField,
  parseStages,
  valueAt,
  withFieldValue,
} from '../../../../src/console/views/settings/fields.ts';
import { settingsSchema } from '../../../../src/domain/rules/settings.ts';

const document = JSON.parse(JSON.stringify(settingsSchema.parse({})));
const all = Object.values(FIELDS).flat();
const fields = all.filter((field) => valueAt(document, field.path) !== undefined);

describe('the fields of the settings', () => {
  it('are every number, switch and choice of the document, each with a name', () => {
    const inDocument = Object.entries(document).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.keys(value).map((member) => `${name}/${member}`)
        : [name],
    );
    const elsewhere = ['mode', 'profile', 'stopped', 'scopes'];
    expect(fields.map(({ path }) => path.join('/')).sort()).toEqual(
      inDocument.filter((name) => !elsewhere.includes(name) && !name.startsWith('rules/')).sort(),
    );
    for (const field of fields) expect(labelOf(field)).not.toContain('/');
  });

  it.each(fields.map((field) => [field.path.join('/'), field] as const))(
    '%s takes what the settings take',
    (_, field) => {
      const { kind } = field;
      const accepts = (value: unknown) =>
        settingsSchema.safeParse(withFieldValue(document, field.path, JSON.parse(JSON.stringify(value)))).success;
      if (kind.type === 'number') {
        expect([accepts(kind.min), accepts(kind.max)]).toEqual([true, true]);
        if (kind.step === undefined) expect([accepts(kind.min - 1), accepts(kind.max + 1)]).toEqual([false, false]);
        expect(parseField(field, '')).toHaveProperty('problem');
        expect(parseField(field, String(kind.max + 1))).toHaveProperty('problem');
        expect(parseField(field, String(kind.max))).toEqual({ value: kind.max });
      }
      if (kind.type === 'choice') for (const value of Object.keys(kind.options)) expect(accepts(value)).toBe(true);
      if (kind.type === 'switch') expect([accepts(true), accepts('true')]).toEqual([true, false]);
    },
  );

  it('leave out what the service does not have', () => {
    expect(fieldsOf('health-gate', { mode: 'audit' })).toEqual([]);
  });
});

describe('stages', () => {
  it.each([
    ['1, 10%, 100%', { value: [1, '10%', '100%'] }],
    ['', { value: [] }],
    ['ten', { problem: 'ten is neither a number of apps nor a share such as 10%.' }],
    ['0', { problem: '0 is neither a number of apps nor a share such as 10%.' }],
    ['101%', { problem: '101% is neither a number of apps nor a share such as 10%.' }],
  ])('%j', (text, expected) => {
    expect(parseStages(text)).toEqual(expected);
  });
});
