/** By benchmark: the rules of each control. */
import { benchmarkOf, benchmarksOf } from '../../src/domain/rules/benchmark.ts';
import type { AnyRule, Reference } from '../../src/domain/rules/rule.ts';
import { CIS_APP_SERVICE, type CisSection } from './guides/cis-app-service.ts';
import { referenceLink, ruleLinks } from './rule-section.ts';

/** A table for MCSB, for each version of the CIS Foundations benchmark and for Azure Policy; the other benchmarks are in the section of each rule. */
export function benchmarkTables(rules: readonly AnyRule[]): string[] {
  return benchmarksOf(rules)
    .filter((name) => /^(MCSB|CIS Foundations|Azure Policy)\b/.test(name))
    .flatMap((name) => [
      `## ${name}`,
      '',
      ...sectionLines(name, rules),
      '| control | rules |',
      '|---|---|',
      ...controlsOf(name, rules).map(
        ({ reference, ids }) => `| ${referenceLink(reference)}${variantOf(reference)} | ${ruleLinks(ids, rules)} |`,
      ),
      '',
    ]);
}

/** The recommendations of a section that no rule refers to, in their order. */
export function uncovered({ version, section, recommendations }: CisSection, rules: readonly AnyRule[]): string[] {
  const covered = new Set(controlsOf(`CIS Foundations ${version}`, rules).map(({ reference }) => reference.id));
  const all = Array.from({ length: recommendations }, (_, index) => `${section}.${index + 1}`);
  return all.filter((id) => !covered.has(id));
}

function sectionLines(name: string, rules: readonly AnyRule[]): string[] {
  const section = CIS_APP_SERVICE.find(({ version }) => name === `CIS Foundations ${version}`);
  if (!section) return [];
  const left = uncovered(section, rules);
  const count = section.recommendations - left.length;
  const said = `Of the ${section.recommendations} recommendations of section ${section.section} (App Service), ${count} have rules`;
  if (left.length === 0) return [`${said}.`, ''];
  return [`${said}:`, '', ...left.map((id) => `- ${id} ${section.notCovered[id] ?? 'is not covered'}.`), ''];
}

interface Control {
  readonly reference: Reference;
  readonly ids: readonly string[];
}

function controlsOf(name: string, rules: readonly AnyRule[]): Control[] {
  const all = rules.flatMap(({ id, references }) =>
    references.filter((one) => benchmarkOf(one) === name).map((reference) => ({ id, reference })),
  );
  const controls = new Map(all.map(({ reference }) => [`${reference.id} ${reference.source}`, reference]));
  return (
    [...controls.entries()]
      // Sections are numbers, which the ids of definitions only look like.
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: name !== 'Azure Policy' }))
      .map(([key, reference]) => ({
        reference,
        ids: all.filter(({ reference: { id, source } }) => `${id} ${source}` === key).map(({ id }) => id),
      }))
  );
}

function variantOf({ source }: Reference): string {
  return / (\([^)]*\))$/.exec(source)?.[0] ?? '';
}
