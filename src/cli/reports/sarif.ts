/**
 * SARIF 2.1.0 (OASIS Standard, 27 March 2020) for code scanning: violations are results of kind `fail`, unknown verdicts of kind `open`.
 * What could not be read is a notification of the invocation, which says then that it was not successful.
 */
import { createHash } from 'node:crypto';
import { benchmarkOf } from '../../domain/rules/benchmark.ts';
import { documentationOf } from '../../domain/rules/documentation.ts';
import type { AnyRule, Severity } from '../../domain/rules/rule.ts';
import type { ScannedResource } from '../scan/evaluate-resource.ts';
import { unreadOf } from './lines.ts';
import type { Report } from './report.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const LEVEL: Readonly<Record<Severity, string>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** Code scanning sorts by this number, from 0 to 10. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.0',
};

export function* sarifReport(report: Report): Generator<string> {
  const { version, startedAt, endedAt, rules } = report;
  const driver = {
    ...{ name: 'Plumbline', semanticVersion: version, rules: rules.map(descriptorOf) },
    properties: { profile: report.profile },
  };
  yield `{"version":"2.1.0","$schema":${JSON.stringify(SCHEMA)},"runs":[{"tool":${JSON.stringify({ driver })},`;
  const bases = { ARM: { uri: 'https://management.azure.com/', description: { text: 'Azure Resource Manager' } } };
  yield `"originalUriBaseIds":${JSON.stringify(bases)},"columnKind":"utf16CodeUnits",\n"results":[`;
  const index = new Map(rules.map(({ id }, n) => [id, n]));
  let separator = '\n';
  for (const scanned of report.resources()) {
    for (const result of resultsOf(scanned, index)) {
      yield `${separator}${JSON.stringify(result)}`;
      separator = ',\n';
    }
  }
  yield '],\n"invocations":[{"toolExecutionNotifications":[';
  let isWhole = true;
  separator = '';
  for (const notification of notificationsOf(report)) {
    yield `${separator}${JSON.stringify(notification)}`;
    separator = ',\n';
    isWhole = false;
  }
  const invocation = { executionSuccessful: isWhole, startTimeUtc: startedAt, endTimeUtc: endedAt };
  yield `],${JSON.stringify(invocation).slice(1)}]}]}\n`;
}

function* notificationsOf(report: Report) {
  for (const { resource, document, why } of unreadOf(report)) {
    yield notificationOf(`${document} could not be read: ${why}`, resource.id);
  }
  for (const scope of report.incomplete) yield notificationOf(INCOMPLETE, scope);
}

const INCOMPLETE = 'Resource Graph listed other resources than it counts, twice: some may be missing.';

function descriptorOf(rule: AnyRule) {
  const { id, title, why, fix, severity, references } = rule;
  return {
    id,
    name: id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: {
      text: `${why}${fix === null ? '' : ` Fix: ${fix}`}`,
      markdown: `${why}${fix === null ? '' : `\n\nFix: ${fix}`}`,
    },
    properties: {
      'security-severity': SECURITY_SEVERITY[severity],
      tags: ['security', ...new Set(references.map(benchmarkOf))],
      documentation: documentationOf(rule),
      references: references.map(({ source, id: reference }) => `${source} ${reference}`),
    },
    defaultConfiguration: { level: LEVEL[severity] },
  };
}

function* resultsOf({ resource, findings }: ScannedResource, index: ReadonlyMap<string, number>) {
  for (const { rule, verdict, severity, tier, reason, changes } of findings) {
    if (verdict !== 'violation' && verdict !== 'unknown') continue;
    const isFailed = verdict === 'violation';
    yield {
      ruleId: rule,
      ruleIndex: index.get(rule) ?? -1,
      kind: isFailed ? 'fail' : 'open',
      // A result that is not of kind fail has no level.
      level: isFailed ? LEVEL[severity] : 'none',
      message: { text: reason },
      locations: [locationOf(resource.id, resource)],
      partialFingerprints: { 'resourceAndRule/v1': hexOf(resource.id, rule) },
      properties: { severity, tier, changes },
    };
  }
}

function locationOf(id: string, resource?: ScannedResource['resource']) {
  const uri = id.split('/').map(encodeURIComponent).join('/').slice(1);
  return {
    physicalLocation: { artifactLocation: { uri, uriBaseId: 'ARM' } },
    ...(resource
      ? { logicalLocations: [{ name: resource.name, fullyQualifiedName: resource.id, kind: 'resource' }] }
      : {}),
  };
}

function notificationOf(text: string, id: string) {
  return { level: 'error', message: { text }, locations: [locationOf(id)] };
}

/** The same for the same resource and rule, so that a result is followed over time. */
function hexOf(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n').toLowerCase()).digest('hex').slice(0, 32);
}
