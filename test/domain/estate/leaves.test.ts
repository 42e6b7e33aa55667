/** The leaves that are requested of rows are those that rules read in their examples. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { columnsOf, type LeafNode, leafTree } from '../../../src/domain/estate/leaf-tree.ts';
import { BESIDE_RULES, LISTED_FOR_CHANGES, ROW_SOURCES, sourceOf } from '../../../src/domain/estate/leaves.ts';
import { tellableDocuments } from '../../../src/domain/estate/row-documents.ts';
import { type DocumentName, documentOf } from '../../../src/domain/resources/documents.ts';
import { tokensOf } from '../../../src/domain/resources/json.ts';
import { matchesPattern } from '../../../src/domain/resources/path-patterns.ts';
import { RESOURCE_KINDS } from '../../../src/domain/resources/resource.ts';
import { parseSnapshot } from '../../../src/domain/resources/snapshot.ts';
import { checkRule } from '../../../src/domain/rules/evaluate.ts';
import type { AnyRule } from '../../../src/domain/rules/rule.ts';
import { parseSettings, rulesFor } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';
import type { Row, Tables } from '../../rules/rule-tester.ts';
import { recorded } from './recorded-reads.ts';

const NOW = new Date('2026-01-15T12:00:00Z');

/** The examples of every rule. What else is in their files is tested there, too. */
const tested = vi.hoisted((): [rule: AnyRule, tables: Tables][] => []);
vi.mock('../../rules/rule-tester.ts', () => ({
  testRule: (rule: AnyRule, tables: Tables) => void tested.push([rule, tables]),
}));

const folder = fileURLToPath(new URL('../../rules', import.meta.url));
for (const kind of RESOURCE_KINDS) {
  for (const file of readdirSync(`${folder}/${kind}`)) await import(`${folder}/${kind}/${file}`);
}

/** What rules read, as `SOURCE PATTERN`, with the first rule that reads it. */
const reads = new Map<string, string>();
for (const [rule, { id, compliant, violation, notApplicable = [], unknown }] of tested) {
  for (const row of [...compliant, ...violation, ...notApplicable, ...unknown]) readIn(rule, row.id ?? id, row);
}

describe('what rules read of their examples', () => {
  test('is known for every rule', () => {
    expect(tested.map(([{ id }]) => id).sort()).toEqual(rules.map(({ id }) => id).sort());
    expect(reads.size).toBeGreaterThan(150);
  });

  test('is requested, or known not to be told', () => {
    const wrong = [...reads].filter(([read]) => {
      const [source = '', pattern = ''] = read.split(' ');
      const name = ROW_SOURCES.find((one) => one === source);
      return name === undefined || !isKnown(leafTree(name), tokensOf(pattern));
    });
    expect(wrong.map(([read, rule]) => `${read} (${rule})`)).toEqual([]);
  });
});

describe.each(ROW_SOURCES)('the leaves of %s', (name) => {
  const { leaves, untold } = sourceOf(name);

  test('are all read by a rule, or needed beside the rules', () => {
    const unread = [...leaves.keys(), ...untold].filter((leaf) => !reads.has(`${name} ${leaf}`));
    expect(unread.filter((leaf) => !BESIDE_RULES.has(leaf))).toEqual([]);
  });

  test('are not in each other', () => {
    const all = [...leaves.keys()];
    expect(all.filter((leaf) => all.some((other) => other !== leaf && matchesPattern(leaf, other)))).toEqual([]);
  });

  test('hold no secret', () => {
    const secrets = RESOURCE_KINDS.flatMap((kind) =>
      tellableDocuments(kind)
        .filter(({ source }) => source === name)
        .flatMap((document) => documentOf(kind, document.name)?.secrets ?? []),
    );
    const exposed = [...leaves].filter(
      ([leaf, form]) => form !== 'whole' && secrets.some((secret) => matchesPattern(leaf, secret)),
    );
    expect(exposed).toEqual([]);
  });

  test('are in few columns, none of which is all properties', () => {
    const columns = columnsOf(name).map(({ pattern }) => pattern);
    expect(columns.length).toBeLessThan(50);
    expect(columns).not.toContain('/properties');
    expect([...leaves.keys()].filter((leaf) => !columns.some((column) => matchesPattern(leaf, column)))).toEqual([]);
  });
});

test('the leaves beside the rules, and the lists for changes, are leaves and objects of a source', () => {
  const all = ROW_SOURCES.flatMap((name) => [...sourceOf(name).leaves.keys()]);
  expect([...BESIDE_RULES].filter((leaf) => !all.includes(leaf))).toEqual([]);
  expect([...LISTED_FOR_CHANGES].filter((at) => !all.some((leaf) => leaf.startsWith(`${at}/`)))).toEqual([]);
});

function readIn(rule: AnyRule, id: string, { documents, parameters = {} }: Row): void {
  const parsed = parseSettings({ rules: { [rule.id]: { enabled: true, parameters } } }, [rule]);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const snapshot = parseSnapshot({ id, documents });
  const [effective] = rulesFor(parsed.settings, [rule], snapshot.resource, {});
  if (!effective) throw new Error(`${rule.id} is not for ${id}`);
  const seen = recorded(snapshot, (document, pattern) => {
    const read = readOfRow(rule, document, pattern);
    if (read !== null && !reads.has(read)) reads.set(read, rule.id);
  });
  checkRule(seen, effective, NOW);
}

/** Which leaf of which row is read; null for a document that no row holds. */
function readOfRow({ kind }: AnyRule, document: DocumentName, pattern: string): string | null {
  const found = tellableDocuments(kind).find(({ name }) => name === document);
  if (!found) return null;
  if (found.list === undefined) return `${found.source} ${pattern}`;
  const [, inList] = /^\/value(\/.*)$/.exec(pattern) ?? [];
  return inList === undefined ? null : `${found.source} ${found.list}${inList}`;
}

/** Examples also have values in a form that Azure does not have: those below them are not looked for. */
function isKnown(node: LeafNode, [token, ...rest]: readonly string[]): boolean {
  if (token === undefined || node.form === 'whole' || node.untold) return true;
  if (LISTED_FOR_CHANGES.has(node.pattern)) return true;
  const isOddForm = token === '*' ? !node.element : token === '{}' && node.form !== null;
  if (isOddForm) return true;
  const below = token === '*' ? node.element : node.members.get(token);
  return below ? isKnown(below, rest) : false;
}
