/**
 * Prints declarations in Bicep and Terraform. Values come from documents, so they are printed as literals, with everything
 * escaped that would be an expression.
 */
import type { Json } from '../../domain/resources/json.ts';
import type { Source } from '../../domain/rules/rule.ts';

/** An expression of the language, such as `app.id`, in place of a literal. */
export class Expression {
  readonly code: string;

  constructor(code: string) {
    this.code = code;
  }
}

/** A block of Terraform, such as `site_config { … }`. A list of blocks repeats the block. */
export class Block {
  readonly body: Body;

  constructor(body: Body) {
    this.body = body;
  }
}

export type Value = Json | Expression | Block | readonly Value[] | Body;
export interface Body {
  readonly [name: string]: Value;
}

export interface Declaration {
  /** The ARM type with its API version: `Microsoft.Web/sites@2025-03-01`. */
  readonly type: string;
  /** Its symbolic name; `app` by default. */
  readonly name?: string;
  readonly body: Body;
  /** The same for azurerm; null where it has no attribute for it, then the lines are for azapi. */
  readonly azurerm: Azurerm | null;
  /** The Terraform expression of the id that azapi updates; without it azapi creates the resource. */
  readonly updates?: string;
}

export interface Azurerm {
  readonly resource: string;
  /** Another resource with the same attributes. */
  readonly also?: string;
  readonly body: Body;
}

const LEARN = 'https://learn.microsoft.com/azure/templates';
const AZURERM = 'https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources';
const AZAPI = 'https://registry.terraform.io/providers/Azure/azapi/latest/docs/resources';

/** The lines of these declarations, each with the page of its documentation. */
export function declared(...declarations: readonly Declaration[]): Source {
  return {
    bicep: declarations.map(bicepLines).join('\n\n'),
    terraform: declarations.map(terraformLines).join('\n\n'),
  };
}

function bicepLines({ type, name = 'app', body }: Declaration): string {
  // Each part of a site's configuration has a page of its own.
  const part = type.startsWith('Microsoft.Web/sites/config@') ? `-${body.name}` : '';
  const page = `${LEARN}/${type.split('@')[0]}${part}`.toLowerCase();
  return `// ${page}\nresource ${name} '${type}' = ${bicepOf(body)}`;
}

function terraformLines(declaration: Declaration): string {
  const { azurerm, name = 'app' } = declaration;
  if (azurerm === null) return azapiLines(declaration);
  const { resource, also, body } = azurerm;
  return [
    `# ${AZURERM}/${resource.replace(/^azurerm_/, '')}`,
    ...(also === undefined ? [] : [`# ${also} has the same.`]),
    `resource "${resource}" "${name}" {`,
    ...membersOf(body, '  '),
    '}',
  ].join('\n');
}

function azapiLines({ type, name = 'app', body, updates }: Declaration): string {
  const resource = updates === undefined ? 'azapi_resource' : 'azapi_update_resource';
  const { name: called, parent: _parent, scope: _scope, ...sent } = body;
  const place: Body =
    updates === undefined
      ? { name: called ?? name, parent_id: new Expression('var.parent_id') }
      : { resource_id: new Expression(updates) };
  return [
    `# azurerm has no attribute for it, so azapi sets it. ${AZAPI}/${resource.replace(/^azapi_/, '')}`,
    `resource "${resource}" "${name}" {`,
    ...membersOf({ type, ...place, body: sent }, '  '),
    '}',
  ].join('\n');
}

/** A value in Bicep; objects and lists of objects over several lines. */
export function bicepOf(value: Value, indent = ''): string {
  if (value instanceof Expression) return value.code;
  if (value instanceof Block) return bicepOf(value.body, indent);
  if (typeof value === 'string') {
    return `'${value
      .replace(/\\|'|\$(?=\{)/g, '\\$&')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')}'`;
  }
  const deeper = `${indent}  `;
  if (isList(value)) {
    if (!value.some(isBody)) return `[${value.map((one) => bicepOf(one, deeper)).join(', ')}]`;
    return ['[', ...value.map((one) => `${deeper}${bicepOf(one, deeper)}`), `${indent}]`].join('\n');
  }
  // Bicep has no decimals.
  if (typeof value === 'number' && !Number.isInteger(value)) return `json('${value}')`;
  if (!isBody(value)) return String(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${deeper}${/^[a-z_]\w*$/i.test(key) ? key : bicepOf(key)}: ${bicepOf(member, deeper)}`,
  );
  return members.length === 0 ? '{}' : ['{', ...members, `${indent}}`].join('\n');
}

/** The members of a block of Terraform, one or more lines each. */
function membersOf(body: Body, indent: string): string[] {
  return Object.entries(body).flatMap(([key, member]) => {
    const blocks = isList(member) ? member : [member];
    if (blocks.length > 0 && blocks.every((one) => one instanceof Block)) {
      return blocks.flatMap((one) => [`${indent}${key} {`, ...membersOf(one.body, `${indent}  `), `${indent}}`]);
    }
    return [`${indent}${key} = ${terraformOf(member, indent)}`];
  });
}

function terraformOf(value: Value, indent: string): string {
  if (value instanceof Expression) return value.code;
  const deeper = `${indent}  `;
  if (isList(value)) {
    if (!value.some(isBody)) return `[${value.map((one) => terraformOf(one, deeper)).join(', ')}]`;
    return ['[', ...value.map((one) => `${deeper}${terraformOf(one, deeper)},`), `${indent}]`].join('\n');
  }
  if (!isBody(value)) return JSON.stringify(value).replace(/[$%](?=\{)/g, '$&$&');
  const members = Object.entries(value).map(
    ([key, member]) =>
      `${deeper}${/^[a-z_]\w*$/i.test(key) ? key : terraformOf(key, '')} = ${terraformOf(member, deeper)}`,
  );
  return members.length === 0 ? '{}' : ['{', ...members, `${indent}}`].join('\n');
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function isBody(value: Value): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Expression);
}
