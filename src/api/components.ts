/** JSON Schemas for openapi.json: what has a name is described once, as a component, and referred to everywhere else. */
import { z } from 'zod';
import { isObject, type JsonObject } from '../domain/json.ts';
import { named } from './schemas.ts';

const COMPONENTS = '#/components/schemas/';

/** Collects the components of a document while its schemas are described. */
export class Components {
  readonly schemas: JsonObject = {};

  /** The schema of what is sent (`input`) or answered (`output`). */
  describe(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $defs, id: _id, ...form } = described(schema, io);
    if (isObject($defs)) Object.assign(this.schemas, withoutIds($defs));
    const name = named.get(schema)?.id;
    if (name === undefined) return form;
    this.schemas[name] = form;
    return { $ref: COMPONENTS + name };
  }
}

/** The properties of an object schema, as what is sent. */
export function propertiesOf(schema: z.ZodType): JsonObject {
  const { properties } = described(schema, 'input');
  return isObject(properties) ? properties : {};
}

function described(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const form = z.toJSONSchema(schema, {
    io,
    metadata: named,
    override: ({ jsonSchema }) => {
      // The format says it; the pattern that zod adds to it is half a page.
      if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern;
    },
  });
  const text = JSON.stringify({ ...form, $schema: undefined }).replaceAll('"#/$defs/', `"${COMPONENTS}`);
  const parsed: unknown = JSON.parse(text);
  return isObject(parsed) ? parsed : {};
}

function withoutIds(definitions: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => {
      if (!isObject(schema)) return [name, schema];
      const { id: _id, ...form } = schema;
      return [name, form];
    }),
  );
}
