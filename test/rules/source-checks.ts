/**
 * Checks the source lines of a rule with real parsers: they parse, name their documentation, and set the values of the
 * plan.
 */
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import { Language, type Node, Parser } from 'web-tree-sitter';
import type { Change } from '../../src/domain/changes/change.ts';
import { isObject, type Json, sameJson, tokensOf } from '../../src/domain/resources/json.ts';
import type { Source } from '../../src/domain/rules/rule.ts';
import { Expression, parse, type Value, valuesIn } from '../infra/bicep.ts';

const require = createRequire(import.meta.url);
await Parser.init();
const terraform = new Parser();
terraform.setLanguage(
  await Language.load(require.resolve('@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm')),
);

/** Throws when the lines are no code of their language, or lack their resource or their documentation. */
export function checkSource({ bicep, terraform: hcl }: Source): void {
  const { declarations } = parse('the Bicep lines', bicep);
  expect(declarations.length).toBeGreaterThan(0);
  for (const { kind, type, value } of declarations) {
    expect(kind).toBe('resource');
    expect(type, bicep).toMatch(/^Microsoft\.\w+(\/\w+)+@\d{4}-\d{2}-\d{2}(-preview)?$/);
    const page = `https://learn.microsoft.com/azure/templates/${type.split('@')[0]?.toLowerCase()}`;
    const part = membersIn(value).find(([name]) => name === 'name')?.[1];
    const ofPart = type.startsWith('Microsoft.Web/sites/config@') ? `-${String(part).toLowerCase()}` : '';
    expect(bicep.split('\n')).toContain(`// ${page}${ofPart}`);
  }
  const types = resourcesIn(hcl);
  expect(types.length).toBeGreaterThan(0);
  for (const type of types) {
    const provider = type.startsWith('azapi_') ? 'Azure/azapi' : 'hashicorp/azurerm';
    const name = type.replace(/^[a-z]+_/, '');
    expect(hcl).toContain(`https://registry.terraform.io/providers/${provider}/latest/docs/resources/${name}\n`);
    if (type.startsWith('azapi_')) expect(hcl).toContain('azurerm has no attribute for it');
    else expect(type).toMatch(/^azurerm_\w+$/);
  }
}

/** Throws when the lines do not set the values of these changes. */
export function checkValues({ bicep, terraform: hcl }: Source, changes: readonly Change[]): void {
  const set = parse('the Bicep lines', bicep).declarations.flatMap(({ value }) => membersIn(value));
  const literals = literalsIn(hcl);
  for (const { path, to } of changes) {
    const leaf = tokensOf(path).at(-1) ?? '';
    const found = set.some(([name, value]) => name === leaf && holds(value, to));
    expect(found, `${path} ${JSON.stringify(to)} in\n${bicep}`).toBe(true);
    for (const scalar of scalarsIn(to)) {
      const printed =
        literals.some((one) => bare(one) === bare(String(scalar))) ||
        switched(hcl, scalar) ||
        (scalar === true && isBlock(hcl, leaf));
      expect(printed, `${path} ${JSON.stringify(scalar)} in\n${hcl}`).toBe(true);
    }
  }
}

/** azurerm has enum values in its own casing, and with a blank where Azure has none. */
function bare(text: string): string {
  return text.toLowerCase().replaceAll(', ', ',');
}

/** Where Resource Manager has a switch beside an object, azurerm may have only a block: its presence is the switch. */
function isBlock(hcl: string, leaf: string): boolean {
  const name = leaf.replace(/Enabled$/, '').replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
  return leaf.endsWith('Enabled') && new RegExp(`^ *${name}_\\w+ \\{$`, 'm').test(hcl);
}

/** Where Resource Manager has the words Enabled and Disabled, azurerm often has a switch. */
function switched(hcl: string, scalar: Json): boolean {
  const on = { Enabled: 'true', Disabled: 'false' }[String(scalar)];
  return on !== undefined && new RegExp(`_enabled = ${on}$`, 'm').test(hcl);
}

/**
 * The values that Terraform must have for a value: the value itself, or every string of a list except those of
 * disabled elements. The tag of an access restriction says what its address is, for which azurerm has separate
 * attributes.
 */
function scalarsIn(value: Json): Json[] {
  if (value === null) return [];
  if (!isObject(value) && !Array.isArray(value)) return [value];
  if (isObject(value) && value.enabled === false) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key !== 'tag' && (typeof one === 'string' || typeof one === 'object') ? scalarsIn(one) : [],
  );
}

function holds(value: Value, wanted: Json): boolean {
  if (value instanceof Expression) return false;
  return sameJson(plain(value), wanted);
}

/** The parser leaves escapes unchanged. */
function plain(value: Value): Json {
  if (value instanceof Expression) return value.text;
  if (typeof value === 'string')
    return value
      .replace(/\\(['\\$])/g, '$1')
      .replaceAll('\\n', '\n')
      .replaceAll('\\r', '\r');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.replace(/\\(['\\$])/g, '$1'), plain(member)]),
  );
}

function membersIn(value: Value): [string, Value][] {
  return valuesIn(value).flatMap((one) =>
    typeof one === 'object' && one !== null && !Array.isArray(one) && !(one instanceof Expression)
      ? Object.entries(one).map(([key, member]): [string, Value] => [key.replace(/\\(['\\$])/g, '$1'), member])
      : [],
  );
}

function rootOf(hcl: string): Node {
  const root = terraform.parse(hcl)?.rootNode;
  if (!root || root.hasError) throw new Error(`no Terraform:\n${hcl}`);
  return root;
}

function resourcesIn(hcl: string): string[] {
  const blocks = rootOf(hcl).namedChildren.flatMap((body) => body?.namedChildren ?? []);
  return blocks
    .filter((block) => block?.type === 'block')
    .map((block) => {
      expect(block?.namedChild(0)?.text).toBe('resource');
      return JSON.parse(block?.namedChild(1)?.text ?? '""');
    });
}

function literalsIn(hcl: string): string[] {
  return rootOf(hcl)
    .descendantsOfType(['string_lit', 'bool_lit', 'numeric_lit', 'null_lit'])
    .flatMap((node) => (node === null ? [] : [node.text]))
    .map((text) => (text.startsWith('"') ? String(JSON.parse(text.replace(/([$%])\1(?=\{)/g, '$1'))) : text));
}
