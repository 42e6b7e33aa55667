/** JSON Schemas for openapi.json. A schema with an id in its metadata is a component, and referred to everywhere else. */
import * as z from 'zod';
import { isObject, type JsonObject, sameJson } from '../../domain/resources/json.ts';

const COMPONENTS = '#/components/schemas/';

/** Collects the components of a document while its schemas are converted. */
export class Components {
  readonly schemas: JsonObject = {};

  /**
   * The JSON Schema of a request (`input`) or an answer (`output`).
   * Throws when a component would have two different schemas.
   */
  describe(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $defs, ...form } = jsonSchemaOf(schema, io);
    for (const [name, found] of Object.entries(isObject($defs) ? $defs : {})) {
      const { id: _id, ...component } = isObject(found) ? found : {};
      if (!sameJson(this.schemas[name] ?? component, component)) throw new Error(`${name} has two forms`);
      this.schemas[name] = component;
    }
    return form;
  }
}

/** The properties of an object schema, as in a request. */
export function propertiesOf(schema: z.ZodType): JsonObject {
  const { properties } = jsonSchemaOf(schema, 'input');
  return isObject(properties) ? properties : {};
}

function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _schema, ...form } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      // The format is enough; the pattern that zod adds is very long.
      if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern;
    },
  });
  const parsed: unknown = JSON.parse(JSON.stringify(form).replaceAll('"#/$defs/', `"${COMPONENTS}`));
  return isObject(parsed) ? parsed : {};
}
