import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import pc from 'picocolors';
import { beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../../src/cli/reports/html.ts';
import { exportLines, jsonReport } from '../../../src/cli/reports/lines.ts';
import { markdownReport } from '../../../src/cli/reports/markdown.ts';
import { summarize } from '../../../src/cli/reports/report.ts';
import { sarifReport } from '../../../src/cli/reports/sarif.ts';
import { tableReport, unreadLines } from '../../../src/cli/reports/table.ts';
import { faultsOf } from '../../api/ocsf-schema.ts';
import { SHOP, sampleReport } from './sample-report.ts';

const text = (pieces: Iterable<string>) => [...pieces].join('');
const output = { write() {}, async drained() {}, isTerminal: false, width: 100, colors: pc.createColors(false) };

/** What would move the cursor of a terminal, or turn the direction of text. */
const CONTROL = /(?![\n\t])[\p{Cc}\p{Cf}]/u;

describe('SARIF', () => {
  let isValid: (log: unknown) => string[];
  beforeAll(() => {
    // One of its patterns is no regular expression of Unicode. The published schema of SARIF 2.1.0 is in the package @microsoft/jest-sarif. It is of draft 4, whose keywords ajv knows too.
    const main = createRequire(import.meta.url).resolve('@microsoft/jest-sarif');
    const file = main.replace(/index\.js$/, 'schemas/sarif-2.1.0-rtm.5.json');
    const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(file, 'utf8'));
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);
    isValid = (log) =>
      validate(log) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`);
  });

  it('passes the published schema: with violations, with what was not read, and empty', () => {
    for (const report of [sampleReport(), sampleReport({ resources: [] }), sampleReport({ incomplete: [SHOP] })]) {
      expect(isValid(JSON.parse(text(sarifReport(report))))).toEqual([]);
    }
  });

  it('the schema finds a log that is none', () => {
    expect(isValid({ version: '2.1.0', runs: [{ tool: { driver: {} } }] })).not.toEqual([]);
  });

  it('has a result for each violation and unknown verdict, which is the same one at the next scan', () => {
    const { runs } = JSON.parse(text(sarifReport(sampleReport())));
    const [{ results, invocations, tool }] = runs;
    expect(results.map(({ ruleId, kind, level }: Record<string, string>) => [ruleId, kind, level])).toEqual([
      ['webapp-https-only', 'fail', 'error'],
      ['webapp-min-tls', 'open', 'none'],
      ['webapp-https-only', 'fail', 'error'],
    ]);
    expect(results[0].partialFingerprints['resourceAndRule/v1']).toMatch(/^[0-9a-f]{32}$/);
    expect(
      new Set(results.map((one: { partialFingerprints: object }) => JSON.stringify(one.partialFingerprints))).size,
    ).toBe(3);
    expect(tool.driver.rules[results[0].ruleIndex].id).toBe('webapp-https-only');
    expect(results[0].locations[0].physicalLocation.artifactLocation).toEqual({ uri: SHOP.slice(1), uriBaseId: 'ARM' });
    expect(invocations[0]).toMatchObject({ executionSuccessful: false });
    expect(invocations[0].toolExecutionNotifications[0].message.text).toContain('config/web could not be read');
  });
});

describe('the formats of the export', () => {
  it('OCSF has the attributes of its class', () => {
    const events = text(exportLines(sampleReport(), 'ocsf'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.length).toBe(4);
    expect(events.flatMap(faultsOf)).toEqual([]);
  });

  it('CSV is safe to open: nothing in a cell is calculated', () => {
    const lines = text(exportLines(sampleReport({ reason: '=HYPERLINK("http://x")' }), 'csv')).split('\r\n');
    expect(lines[0]).toMatch(/^rule,title,severity/);
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(lines.filter((line) => /(^|,)[=+@-]/.test(line))).toEqual([]);
  });

  it('JSON is one document with totals, every finding and everything that was not read', () => {
    const report = JSON.parse(text(jsonReport(sampleReport({ plan: true }))));
    expect(report.summary).toMatchObject({
      resources: 2,
      failing: 2,
      byVerdict: { compliant: 1, violation: 2, unknown: 1 },
      bySeverity: { high: 2 },
      compliance: 33.3,
      unread: { documents: 1, resources: 1 },
    });
    expect(report.findings).toHaveLength(4);
    expect(report.unread).toEqual([
      { resource: expect.anything(), document: 'config/web', why: expect.stringContaining('Forbidden') },
    ]);
    expect(report.plan).toMatchObject({ requests: 1, queued: 0, resources: 1 });
    expect(report.plan.actions).toContain('Microsoft.Web/sites/write');
  });
});

describe('for people', () => {
  const HOSTILE =
    '</style><script>alert(1)</script><img src=x onerror=alert(1)> | `x` [a](javascript:b) \u001b[31m\u202e';

  it('HTML escapes every text, and allows itself nothing but its styles', () => {
    const page = text(htmlReport(sampleReport({ reason: HOSTILE, why: HOSTILE, plan: true })));
    expect(page).not.toMatch(/<(script|img|a|link|iframe)\b|<[^>]*\s(on\w+|style|src|href)=/i);
    expect(page).not.toMatch(CONTROL);
    expect(page).toMatch(
      /content="default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'"/,
    );
    expect(page).toContain('could not be read');
  });

  it('Markdown forms no table, link or tag of the text of others', () => {
    const page = text(markdownReport(sampleReport({ reason: HOSTILE, why: HOSTILE, plan: true })));
    expect(page).not.toMatch(/(^|[^\\])<(script|img)/);
    expect(page).not.toMatch(/(^|[^\\])\[a\]\(/);
    expect(page).not.toMatch(CONTROL);
    expect(page).toContain('| high | `webapp-https-only` |');
    expect(page).toContain('## What autofix would write');
  });

  it('the table has the totals, the rules and the worst resources, and no control characters', () => {
    const shown = text(tableReport(sampleReport({ why: HOSTILE }), output));
    expect(shown).toContain('2 resources, 2 with violations; 2 fail, 1 pass, 1 unknown (33.3 % pass)');
    expect(shown).toMatch(/high\s+2\s+webapp-https-only/);
    expect(shown).not.toMatch(CONTROL);
  });

  it('groups what was not read by document and reason, whatever ids Azure names', () => {
    const why = (n: number) =>
      `AuthorizationFailed: no right over scope '/subscriptions/s/resourceGroups/r/sites/app-${n}'.`;
    const summary = summarize(
      sampleReport({ unread: [1, 2, 3].map((n) => ({ document: 'config/web', why: why(n) })) }),
    );
    expect(summary.unread.groups).toMatchObject([{ document: 'config/web', count: 3 }]);
    expect(unreadLines(summary)).toHaveLength(2);
  });

  it('says nothing about a compliance that nobody judged, and 100 only when everything passes', () => {
    const shown = text(tableReport(sampleReport({ resources: [] }), output));
    expect(shown).toContain('0 resources, 0 with violations; 0 fail, 0 pass, 0 unknown\n');
  });
});
