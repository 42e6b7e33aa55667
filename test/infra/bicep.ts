/**
 * The Bicep files as data, parsed by tree-sitter: it knows the syntax and no types, which only the real compiler
 * knows.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Language, type Node, Parser } from 'web-tree-sitter';

export const INFRA = fileURLToPath(new URL('../../infra', import.meta.url));

/** A value that is not a literal: an expression, or a string with one in it. */
export class Expression {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
export type Value = string | number | boolean | null | Expression | Value[] | Body;
export interface Body {
  [name: string]: Value;
}

export interface Declaration {
  readonly kind: 'parameter' | 'variable' | 'resource' | 'module' | 'output';
  readonly name: string;
  /** The type of a parameter or output, a resource's type with its version, a module's file. */
  readonly type: string;
  readonly existing: boolean;
  readonly decorators: readonly string[];
  /** The condition of the deployment, with its parentheses. */
  readonly condition: string | null;
  readonly value: Value;
}

export interface Template {
  readonly file: string;
  readonly text: string;
  readonly declarations: readonly Declaration[];
}

const require = createRequire(import.meta.url);
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')));

/** Every template of infra/. Throws when one is not Bicep, naming file and line. */
export function templates(): Template[] {
  return readdirSync(INFRA)
    .filter((file) => file.endsWith('.bicep'))
    .sort()
    .map((file) => parse(file, readFileSync(path.join(INFRA, file), 'utf8')));
}

export function template(file: string): Template {
  return parse(file, readFileSync(path.join(INFRA, file), 'utf8'));
}

export function parse(file: string, text: string): Template {
  const root = parser.parse(text)?.rootNode;
  if (!root || root.hasError)
    throw new Error(`${file}, line ${(firstError(root)?.startPosition.row ?? 0) + 1}: no Bicep`);
  const declarations: Declaration[] = [];
  let decorators: string[] = [];
  for (const node of childrenOf(root)) {
    if (node.type === 'decorators') decorators = childrenOf(node).map(({ text: one }) => one);
    else {
      declarations.push(...declaration(node, decorators));
      decorators = [];
    }
  }
  return { file, text, declarations };
}

/** The names that a template uses without a declaration and without a loop or lambda that binds them. */
export function strangers({ file, text }: Template): string[] {
  const root = parser.parse(text)?.rootNode;
  if (!root) throw new Error(`${file} is no Bicep`);
  const own = new Set(parse(file, text).declarations.map(({ name }) => name));
  const found: string[] = [];
  const visit = (node: Node, known: ReadonlySet<string>) => {
    const children = childrenOf(node);
    if (node.type === 'identifier' && !known.has(node.text)) found.push(node.text);
    if (node.type === 'for_statement' || node.type === 'lambda_expression') {
      const names = children.slice(0, node.type === 'for_statement' ? -2 : -1);
      const inside = new Set([...known, ...names.flatMap(({ text: one }) => one.match(/\w+/g) ?? [])]);
      for (const child of children.slice(names.length)) visit(child, inside);
    } else
      for (const child of node.type in NAMED_FIRST ? children.slice(NAMED_FIRST[node.type]) : children)
        visit(child, known);
  };
  visit(root, own);
  return [...new Set(found)].filter((name) => !['string', 'int', 'bool', 'object', 'array'].includes(name));
}

/** Where the first child is another kind of name, such as a property or a function of Bicep. */
const NAMED_FIRST: Readonly<Record<string, number>> = {
  object_property: 1,
  call_expression: 1,
  resource_declaration: 2,
};

/** The declarations of one kind in some templates. */
export function declared(kind: Declaration['kind'], ...from: readonly Template[]): Declaration[] {
  return from.flatMap(({ declarations }) => declarations.filter((one) => one.kind === kind));
}

/** The only resource of this type in the template, without its version; `name` selects one of several. */
export function resource(from: Template, type: string, name?: string): Declaration {
  const [found, ...more] = declared('resource', from).filter(
    (one) => !one.existing && one.type.split('@')[0] === type && (name === undefined || at(one.value, 'name') === name),
  );
  if (!found || more.length > 0) throw new Error(`${from.file} has ${found ? 'several' : 'no'} ${type} ${name ?? ''}`);
  return found;
}

/** The value at a path of property names; undefined where there is none. */
export function at(value: Value | undefined, ...names: readonly string[]): Value | undefined {
  return names.reduce<Value | undefined>((here, name) => (isBody(here) ? here[name] : undefined), value);
}

export function isBody(value: Value | undefined): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Expression);
}

/** Every value inside, itself included. */
export function valuesIn(value: Value): Value[] {
  if (Array.isArray(value)) return [value, ...value.flatMap(valuesIn)];
  return isBody(value) ? [value, ...Object.values(value).flatMap(valuesIn)] : [value];
}

function declaration(node: Node, decorators: readonly string[]): Declaration[] {
  const kind = KINDS[node.type];
  if (kind === undefined) return [];
  const [name, type, ...rest] = childrenOf(node);
  const typed = kind !== 'variable' && type !== undefined;
  const values = typed ? rest : type ? [type] : [];
  const { body, condition } = unwrapped(values.at(-1));
  return [
    {
      kind,
      name: name?.text ?? '',
      type: typed ? type.text.replace(/^'|'$/g, '') : '',
      existing: node.children.some((child) => child?.type === 'existing'),
      decorators,
      condition,
      value: body ? valueIn(body) : null,
    },
  ];
}

const KINDS: Readonly<Record<string, Declaration['kind']>> = {
  parameter_declaration: 'parameter',
  variable_declaration: 'variable',
  resource_declaration: 'resource',
  module_declaration: 'module',
  output_declaration: 'output',
};

/** The object inside loops and conditions. */
function unwrapped(node: Node | undefined): { body: Node | undefined; condition: string | null } {
  if (node?.type === 'for_statement') return unwrapped(childrenOf(node).at(-1));
  if (node?.type !== 'if_statement') return { body: node, condition: null };
  const [condition, body] = childrenOf(node);
  return { body, condition: condition?.text ?? null };
}

function valueIn(node: Node): Value {
  switch (node.type) {
    case 'object':
      return Object.fromEntries(
        childrenOf(node)
          .filter(({ type }) => type === 'object_property')
          .map((property): [string, Value] => {
            const [name, value] = childrenOf(property);
            return [name?.text.replace(/^'|'$/g, '') ?? '', value ? valueIn(value) : null];
          }),
      );
    case 'array':
      return childrenOf(node).map(valueIn);
    case 'string':
      return node.text.includes(`\${`) ? new Expression(node.text) : node.text.slice(1, -1);
    case 'number':
      return Number(node.text);
    case 'boolean':
      return node.text === 'true';
    case 'null':
      return null;
    default:
      return new Expression(node.text);
  }
}

function childrenOf(node: Node): Node[] {
  return node.namedChildren.flatMap((child) =>
    child && child.type !== 'comment' && child.type !== 'diagnostic_comment' ? [child] : [],
  );
}

function firstError(node: Node | undefined): Node | undefined {
  if (!node) return undefined;
  if (node.isError || node.isMissing) return node;
  return node.children
    .flatMap((child) => (child?.hasError || child?.isMissing ? [firstError(child)] : []))
    .find(Boolean);
}
