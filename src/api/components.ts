/** JSON Schemas for openapi.json: what has a name is described once, as a component, and referred to everywhere else. */
import * as z from 'zod';
import { isObject, type JsonObject, sameJson } from '../domain/json.ts';
import { named } from './schemas.ts';

const COMPONENTS = '#/components/schemas/';

/** Collects the components of a document while its schemas are described. */
export class Components {
  readonly schemas: JsonObject = {};

  /**
   * The schema of what is sent (`input`) or answered (`output`).
   * Throws when a component would be described in two ways.
   */
  describe(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $defs, ...form } = described(schema, io);
    for (const [name, found] of Object.entries(isObject($defs) ? $defs : {})) {
      const { id: _id, ...component } = isObject(found) ? found : {};
      if (!sameJson(this.schemas[name] ?? component, component)) throw new Error(`${name} has two forms`);
      this.schemas[name] = component;
    }
    return form;
  }
}

/** The properties of an object schema, as what is sent. */
export function propertiesOf(schema: z.ZodType): JsonObject {
  const { properties } = described(schema, 'input');
  return isObject(properties) ? properties : {};
}

function described(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _schema, ...form } = z.toJSONSchema(schema, {
    io,
    metadata: named,
    override: ({ jsonSchema }) => {
      // The format says it; the pattern that zod adds to it is half a page.
      if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern;
    },
  });
  const parsed: unknown = JSON.parse(JSON.stringify(form).replaceAll('"#/$defs/', `"${COMPONENTS}`));
  return isObject(parsed) ? parsed : {};
}
