/**
 * What a form shows for a JSON Schema: the part of the vocabulary that the parameters of rules use. What a form cannot show is
 * edited as JSON, so that no schema is a dead end.
 */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

interface Described {
  readonly description?: string;
  /** The value that applies when none is given; undefined when there is none. */
  readonly fallback?: Json;
}

export interface TextField extends Described {
  readonly kind: 'text';
  /** Any of these; none means that any text fits. */
  readonly patterns: readonly RegExp[];
  readonly format?: string;
  readonly minLength: number;
  readonly maxLength: number;
}

export interface NumberField extends Described {
  readonly kind: 'number';
  readonly isWhole: boolean;
  readonly minimum: number;
  readonly maximum: number;
}

export interface ChoiceField extends Described {
  readonly kind: 'choice';
  readonly values: readonly string[];
}

export interface ListField extends Described {
  readonly kind: 'list';
  readonly item: Field;
  readonly minItems: number;
  readonly maxItems: number;
}

/** Names that people give, each with a value. */
export interface MapField extends Described {
  readonly kind: 'map';
  readonly name: TextField;
  readonly value: Field;
}

export interface Member {
  readonly name: string;
  readonly isRequired: boolean;
  readonly field: Field;
}

export interface GroupField extends Described {
  readonly kind: 'group';
  readonly members: readonly Member[];
}

/** Either nothing (null) or the inner field. */
export interface NullableField extends Described {
  readonly kind: 'nullable';
  readonly inner: Field;
}

export type Field =
  | TextField
  | NumberField
  | ChoiceField
  | ListField
  | MapField
  | GroupField
  | NullableField
  | (Described & { readonly kind: 'boolean' })
  | (Described & { readonly kind: 'json' });

type Schema = Readonly<Record<string, unknown>>;

/** The field of a schema. A schema that needs more than a form knows becomes a field for JSON. */
export function fieldOf(schema: unknown): Field {
  if (!isRecord(schema)) return { kind: 'json' };
  return { ...shapeOf(schema), ...describedBy(schema) };
}

/** The members of an object schema, in its order; none when it is no object. */
export function membersOf(schema: unknown): readonly Member[] {
  const field = fieldOf(schema);
  return field.kind === 'group' ? field.members : [];
}

function shapeOf(schema: Schema): Field {
  const { anyOf, enum: values } = schema;
  if (Array.isArray(anyOf)) return unionOf(anyOf);
  if (Array.isArray(values) && values.every(isText)) return { kind: 'choice', values };
  if (isText(schema.const)) return { kind: 'choice', values: [schema.const] };
  switch (schema.type) {
    case 'boolean':
      return { kind: 'boolean' };
    case 'integer':
    case 'number':
      return {
        kind: 'number',
        isWhole: schema.type === 'integer',
        minimum: numberIn(schema.minimum, Number.NEGATIVE_INFINITY),
        maximum: numberIn(schema.maximum, Number.POSITIVE_INFINITY),
      };
    case 'string':
      return textOf(schema);
    case 'array':
      return {
        kind: 'list',
        item: fieldOf(schema.items),
        minItems: numberIn(schema.minItems, 0),
        maxItems: numberIn(schema.maxItems, Number.POSITIVE_INFINITY),
      };
    case 'object':
      return objectOf(schema);
    default:
      return { kind: 'json' };
  }
}

function textOf({ pattern, format, minLength, maxLength }: Schema): TextField {
  return {
    kind: 'text',
    patterns: isText(pattern) ? [new RegExp(pattern, 'u')] : [],
    ...(isText(format) ? { format } : {}),
    minLength: numberIn(minLength, 0),
    maxLength: numberIn(maxLength, Number.POSITIVE_INFINITY),
  };
}

/** Of several schemas a form knows two cases: one of them is null, or all are texts. */
function unionOf(schemas: readonly unknown[]): Field {
  const others = schemas.filter((one) => !(isRecord(one) && one.type === 'null'));
  if (others.length === 1 && schemas.length === 2) return { kind: 'nullable', inner: fieldOf(others[0]) };
  const texts = schemas.map(fieldOf).filter((one) => one.kind === 'text');
  const [first] = texts;
  if (!first || texts.length < schemas.length || texts.some(({ patterns }) => patterns.length === 0)) {
    return { kind: 'json' };
  }
  return {
    kind: 'text',
    patterns: texts.flatMap(({ patterns }) => patterns),
    format: texts.flatMap(({ format = '' }) => format).join(' or '),
    minLength: Math.min(...texts.map(({ minLength }) => minLength)),
    maxLength: Math.max(...texts.map(({ maxLength }) => maxLength)),
  };
}

function objectOf({ properties, propertyNames, additionalProperties, required }: Schema): Field {
  if (isRecord(properties)) {
    const needed: readonly unknown[] = Array.isArray(required) ? required : [];
    const members = Object.entries(properties).map(([name, schema]) => ({
      name,
      isRequired: needed.includes(name),
      field: fieldOf(schema),
    }));
    return { kind: 'group', members };
  }
  if (!isRecord(additionalProperties)) return { kind: 'json' };
  const name = isRecord(propertyNames) ? fieldOf(propertyNames) : textOf({});
  return name.kind === 'text' ? { kind: 'map', name, value: fieldOf(additionalProperties) } : { kind: 'json' };
}

function describedBy({ description, default: fallback }: Schema): Described {
  return {
    ...(isText(description) ? { description } : {}),
    ...(isJson(fallback) ? { fallback } : {}),
  };
}

function numberIn(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJson(value: unknown): value is Json {
  if (Array.isArray(value)) return value.every(isJson);
  if (isRecord(value)) return Object.values(value).every(isJson);
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
