/** Every template of infra/: it is valid Bicep, uses no registry, and compiles where the compiler is installed. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAtHand } from '../at-hand.ts';
import { at, declared, INFRA, isBody, parse, strangers, template, templates, type Value, valuesIn } from './bicep.ts';

const all = templates();
const ENTRIES = ['main.bicep', 'events.bicep'];

describe('the templates', () => {
  test('invalid Bicep is refused with its line', () => {
    expect(() => parse('broken.bicep', "param name string\nresource a 'A/b@2024-01-01' = {\n  name: name\n")).toThrow(
      /broken\.bicep, line \d/,
    );
    expect(all.length).toBeGreaterThan(10);
  });

  test.each(all)('$file uses only declared names', (one) => {
    expect(strangers(one)).toEqual([]);
  });

  test('an undeclared name is found', () => {
    expect(strangers(parse('x', `param known string\nvar a = [for one in known: '\${one} \${missing}']`))).toEqual([
      'missing',
    ]);
  });

  test('modules are files of this folder, and each is used', () => {
    const used = declared('module', ...all).map(({ type }) => type);
    const files = readdirSync(INFRA).filter((file) => file.endsWith('.bicep'));
    expect([...new Set([...used, ...ENTRIES])].sort()).toEqual(files.sort());
  });

  test.each(declared('module', ...all))(
    'module $name gives $type the parameters that it needs and no others',
    ({ type, value }) => {
      const parameters = declared('parameter', template(type));
      const given = Object.keys(bodyOf(at(value, 'params')));
      const optional = parameters.filter((one) => one.value !== null).map(({ name }) => name);
      expect(given.filter((name) => !parameters.some((one) => one.name === name))).toEqual([]);
      expect(
        parameters.map(({ name }) => name).filter((name) => !given.includes(name) && !optional.includes(name)),
      ).toEqual([]);
    },
  );

  test.each(all)('$file uses only outputs that its modules have', (one) => {
    const uses = [...one.text.matchAll(/\b(\w+)\.outputs\.(\w+)/g)];
    const wrong = uses.filter(([, module, output]) => {
      const file = declared('module', one).find(({ name }) => name === module)?.type ?? '';
      return !declared('output', template(file)).some(({ name }) => name === output);
    });
    expect(wrong.map(([text]) => text)).toEqual([]);
  });

  test('the compiler has types for every version of Microsoft.Web: the newest in Azure.Bicep.Types.Az 0.2.972', () => {
    const versions = declared('resource', ...all).flatMap(
      ({ type }) => /^Microsoft\.Web\/.*@(.*)$/.exec(type)?.[1] ?? [],
    );
    expect(versions.length).toBeGreaterThan(4);
    expect(versions.filter((version) => version > '2025-03-01')).toEqual([]);
  });

  test.each(all)('$file uses every parameter and variable that it declares', (one) => {
    const names = [...declared('parameter', one), ...declared('variable', one)].map(({ name }) => name);
    expect(names.filter((name) => [...one.text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length < 2)).toEqual([]);
  });
});

describe('names are within the limits of Azure', () => {
  /** Minimum length, maximum length, and allowed characters. */
  const LIMITS: Readonly<Record<string, readonly [number, number, RegExp]>> = {
    'Microsoft.Resources/resourceGroups': [1, 90, /^[\w.()-]*[\w()-]$/],
    'Microsoft.Storage/storageAccounts': [3, 24, /^[a-z0-9]+$/],
    'Microsoft.KeyVault/vaults': [3, 24, /^[a-z](-?[a-z0-9])*$/],
    'Microsoft.ManagedIdentity/userAssignedIdentities': [3, 128, /^[a-z0-9][\w-]*$/],
    'Microsoft.OperationalInsights/workspaces': [4, 63, /^[a-z0-9][a-z0-9-]*[a-z0-9]$/],
    'Microsoft.Insights/components': [1, 260, /^[\w.()-]*[^.]$/],
    'Microsoft.EventGrid/topics': [3, 50, /^[a-z0-9-]+$/i],
    'Microsoft.EventGrid/systemTopics': [3, 128, /^[a-z0-9-]+$/i],
    'Microsoft.EventGrid/systemTopics/eventSubscriptions': [3, 64, /^[a-z0-9-]+$/i],
    'Microsoft.Web/serverfarms': [1, 60, /^[a-z0-9-]+$/i],
    'Microsoft.Web/sites': [2, 60, /^[a-z0-9][a-z0-9-]*[a-z0-9]$/i],
    'Microsoft.Network/virtualNetworks': [2, 64, /^[a-z0-9][\w.-]*\w$/i],
    'Microsoft.Network/privateEndpoints': [2, 64, /^[a-z0-9][\w.-]*\w$/i],
    deployment: [1, 64, /^[\w.()-]+$/],
  };
  const named = all.flatMap((one) => [
    ...declared('resource', one)
      .filter(({ existing, type }) => !existing && (type.split('@')[0] ?? '') in LIMITS)
      .map(({ type, value }) => ({ kind: type.split('@')[0] ?? '', name: nameIn(one.file, at(value, 'name')) })),
    ...declared('module', one).map(({ value }) => ({ kind: 'deployment', name: nameIn(one.file, at(value, 'name')) })),
  ]);

  test.each(named)('$kind $name', ({ kind, name }) => {
    const [least, most, pattern] = LIMITS[kind] ?? [0, 0, /^$/];
    expect(name).toMatch(pattern);
    expect(name.length).toBeGreaterThanOrEqual(least);
    expect(name.length).toBeLessThanOrEqual(most);
  });

  test('the names of the vault and of the accounts are checked', () => {
    const kinds = named.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'Microsoft.Storage/storageAccounts')).toHaveLength(2);
    expect(kinds).toEqual(expect.arrayContaining(Object.keys(LIMITS)));
  });
});

const COMPILERS: readonly [command: string, ...before: string[]][] = [
  ['bicep', 'build', '--stdout'],
  ['az', 'bicep', 'build', '--stdout', '--file'],
];
const compiler = COMPILERS.find(([command, ...before]) =>
  isAtHand(command, before[0] === 'build' ? ['--version'] : ['bicep', 'version'], 'it does not compile the templates'),
);

describe.skipIf(!compiler)('the real compiler, where bicep or az bicep is on the PATH', () => {
  test.each(ENTRIES)('%s compiles', { timeout: 120_000 }, (file) => {
    const [command = '', ...before] = compiler ?? [''];
    const { status, stderr } = spawnSync(command, [...before, path.join(INFRA, file)], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });
});

function bodyOf(value: Value | undefined) {
  return isBody(value) ? value : {};
}

/** The longest name that an expression can give; a name that is a parameter is taken from where the module is used. */
function nameIn(file: string, value: Value | undefined): string {
  const text = typeof value === 'string' ? value : value && 'text' in Object(value) ? String(Object(value).text) : '';
  if (typeof value === 'string') return value;
  if (text.startsWith("'")) return filled(text.slice(1, -1));
  const variable = declared('variable', template(file)).find(({ name }) => name === text);
  const literal = variable && valuesIn(variable.value).map(textOf).join(' ');
  if (literal) return filled(/'([^']*\$\{[^']*)'/.exec(literal)?.[1] ?? '');
  const given = all.flatMap((one) =>
    declared('module', one)
      .filter(({ type }) => type === file)
      .map(({ value: module }) => ({ from: one.file, value: at(module, 'params', text) })),
  );
  const [first] = given;
  return first ? nameIn(first.from, first.value) : '';
}

function textOf(value: Value): string {
  return value !== null && typeof value === 'object' && 'text' in value ? String(value.text) : String(value);
}

/** Hashes have 13 characters, the name of an environment up to 64, the name of a service at most ten. */
function filled(text: string): string {
  return text.replace(/\$\{(?:[^{}'(]|\([^)]*\))*\}/g, (hole) => {
    if (hole === `\${environmentName}`) return 'e'.repeat(64);
    if (hole === `\${subscriptionPrefix}`) return `plumbline-${'a'.repeat(13)}`;
    return hole === `\${service.name}` ? 'package' : 'a'.repeat(13);
  });
}
