// What axe-core finds on a page, and what Chromium's accessibility tree says of its parts.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import * as z from 'zod';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The violations, each as its rule and the elements. `rules`: only these; all unless given. */
export async function axeViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
  const options = {
    resultTypes: ['violations'],
    ...(rules ? { runOnly: { type: 'rule', values: rules } } : {}),
  };
  const results = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
  );
}

const value = z.object({ value: z.unknown().optional() });
const tree = z.object({
  nodes: z.array(
    z.object({
      nodeId: z.string(),
      ignored: z.boolean(),
      role: value.optional(),
      name: value.optional(),
      parentId: z.string().optional(),
    }),
  ),
});

export interface AxNode {
  readonly id: string;
  readonly role: string;
  readonly name: string;
  readonly parent: string | undefined;
}

/** Chromium's accessibility tree, without ignored nodes. */
export async function accessibilityTree(page: Page): Promise<AxNode[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = tree.parse(await session.send('Accessibility.getFullAXTree'));
  await session.detach();
  const known = new Map(nodes.map((one) => [one.nodeId, one]));
  const parentOf = (id: string | undefined): string | undefined => {
    const parent = id === undefined ? undefined : known.get(id);
    return parent?.ignored ? parentOf(parent.parentId) : parent?.nodeId;
  };
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ nodeId, role, name, parentId }) => ({
      id: nodeId,
      role: String(role?.value ?? ''),
      name: String(name?.value ?? ''),
      parent: parentOf(parentId),
    }));
}

const NAMED = [
  'button',
  'link',
  'textbox',
  'searchbox',
  'checkbox',
  'radio',
  'combobox',
  'dialog',
  'table',
  'columnheader',
  'tab',
];

/** The parts that a person cannot tell apart, because they have no name. */
export function unnamed(nodes: readonly AxNode[]): string[] {
  return nodes.filter(({ role, name }) => NAMED.includes(role) && name.trim() === '').map(({ role }) => role);
}

/** Of each table: rows with another number of cells than it has column headers. */
export function unevenRows(nodes: readonly AxNode[]): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const tableOf = (node: AxNode | undefined): AxNode | undefined =>
    node === undefined || node.role === 'table' || node.role === 'grid' ? node : tableOf(byId.get(node.parent ?? ''));
  const cells = countBy(nodes.filter(({ role }) => /cell|header/.test(role)).map(({ parent }) => parent));
  const headers = countBy(nodes.filter(({ role }) => role === 'columnheader').map((node) => tableOf(node)?.id));
  return nodes
    .filter(({ role }) => role === 'row')
    .flatMap((row) => {
      const table = tableOf(row);
      const [has, wanted] = [cells.get(row.id) ?? 0, headers.get(table?.id) ?? 0];
      // A group header spans all columns.
      return has === wanted || has === 1 ? [] : [`${table?.name}: ${has} cells under ${wanted} headers`];
    });
}

/** Tables without a header for their columns, and data in tables without a row for it. */
export function withoutHeaders(nodes: readonly AxNode[]): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const isIn = (node: AxNode | undefined, table: AxNode): boolean =>
    node !== undefined && (node.id === table.id || isIn(byId.get(node.parent ?? ''), table));
  const headers = nodes.filter(({ role }) => role === 'columnheader');
  return nodes
    .filter(({ role }) => role === 'table' || role === 'grid')
    .filter((table) => !headers.some((header) => isIn(header, table)))
    .map(({ name }) => name);
}

/** Of each table with rows to choose from: how many of its parts the Tab key stops at. */
export function tabStops(page: Page): Promise<number[]> {
  return page.evaluate(`[...document.querySelectorAll('table.data')].map((table) =>
    [...table.querySelectorAll('a[href], button, input, select, [tabindex]')].filter(
      (part) => part.tabIndex >= 0 && !part.disabled && part.checkVisibility()).length)`);
}

/** Parts that are on, and that without their colours look like those beside them that are off. */
export function unmarkedStates(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const ON = '[aria-current], [aria-pressed="true"], [aria-selected="true"], .choice input:checked + span';
    const looks = (part) => {
      const style = getComputedStyle(part);
      return ['borderBlockWidth', 'borderBlockStyle', 'outlineStyle', 'fontWeight', 'textDecorationLine']
        .map((name) => style[name]).join();
    };
    return [...document.querySelectorAll(ON)].filter((part) => part.checkVisibility()).flatMap((part) => {
      const group = part.closest('fieldset, nav, [role="tablist"], [role="group"], ul, div');
      const off = [...(group?.querySelectorAll(part.tagName) ?? [])].find(
        (other) => other.className === part.className && !other.matches(ON) && other.checkVisibility());
      return off && looks(off) === looks(part) ? [part.outerHTML.slice(0, 120)] : [];
    });
  })()`);
}

function countBy(keys: readonly (string | undefined)[]): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
