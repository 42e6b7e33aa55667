import { beforeEach, describe, expect, it } from 'vitest';
import { exportFindings } from '../../../../src/api/endpoints/findings/export.ts';
import { formatFindings } from '../../../../src/api/endpoints/findings/export-formats.ts';
import type { Finding } from '../../../../src/domain/decisions/finding.ts';
import { VERDICTS } from '../../../../src/domain/rules/rule.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import type { FakeDeps } from '../../../fakes/deps.ts';
import { ask, principal, serviceOf, statusAndCode } from '../../ask.ts';
import { faultsOf } from '../../ocsf-schema.ts';
import { finding, SHOP, shop } from '../../samples.ts';

let deps: FakeDeps;

beforeEach(() => {
  deps = apiDeps();
  deps.stored.findings.push(
    finding(),
    finding({
      verdict: 'compliant',
      reason: 'TLS 1.2',
      decision: null,
      changes: [],
      resource: { ...shop, id: `${SHOP}-2` },
    }),
  );
});

const exported = (query = '', of = deps) => ask(exportFindings, serviceOf(of), { query, as: principal(['Reader']) });
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

describe('GET /findings/export', () => {
  it('has a line for each finding as the list shows it, with the filters of the list', async () => {
    const { status, headers, text } = await exported();
    expect([status, headers.get('content-type'), headers.get('link')]).toEqual([200, 'application/x-ndjson', null]);
    expect(headers.get('content-disposition')).toMatch(/plumbline-findings-\S+\.jsonl/);
    const first = linesOf(text).find((line) => JSON.stringify(line).includes('"violation"'));
    expect(first).toMatchObject({
      rule: 'webapp-min-tls',
      decision: { action: 'queue' },
      documentation: 'docs/rules/web-app.md#webapp-min-tls',
    });
    expect(first).not.toHaveProperty('decision.ceilings');
    expect(linesOf(text)).toHaveLength(2);
    expect(linesOf((await exported('?verdict=compliant')).text)).toMatchObject([{ verdict: 'compliant' }]);
    expect((await exported('?benchmark=MCSB%20DP-3&verdict=violation')).text.trimEnd().split('\n')).toHaveLength(1);
    expect(statusAndCode(await exported('?benchmark=nothing'))).toBe('400 invalid');
    expect(statusAndCode(await exported('?limit=3'))).toBe('400 invalid');
  });

  it('as csv has a line of names, and no value that a spreadsheet calculates', async () => {
    deps.stored.findings.push(finding({ reason: '=1+1', resource: { ...shop, id: `${SHOP}-3` } }));
    const { headers, text } = await exported('?format=csv');
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    const rows = text.trimEnd().split('\r\n');
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(/^rule,title,severity,tier,verdict,reason,resource,/);
    expect(text).toContain(`"'=1+1"`);
  });

  it('is refused when it does not fit into one file, unless it is asked for in parts', {
    timeout: 30_000,
  }, async () => {
    const one = finding();
    const list: FakeDeps['findings']['list'] = async (_, { limit, after }) => {
      const start = Number(after ?? 0);
      const items = Array.from({ length: Math.min(limit, 20_001 - start) }, () => one);
      return { items, next: start + limit < 20_001 ? `${start + limit}` : null };
    };
    const long = { ...deps, findings: { ...deps.findings, list } };
    const refused = await exported('', long);
    expect([statusAndCode(refused), refused.body.detail]).toEqual([
      '413 too-large',
      expect.stringMatching(/part=first/),
    ]);
    const first = await exported('?format=csv&part=first&severity=high', long);
    expect(first.text.trimEnd().split('\r\n')).toHaveLength(20_001);
    const link = /^<\/api\/findings\/export(\?.*)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await exported(link, long);
    expect(second.text.trimEnd().split('\r\n')).toHaveLength(2);
    expect(second.headers.get('link')).toBeNull();
    expect(statusAndCode(await exported(link.replace('severity=high', 'severity=low'), long))).toBe('400 bad-cursor');
  });
});

describe('GET /findings/export as ocsf', () => {
  const eventOf = (differs: Partial<Finding>) => linesOf(formatFindings('ocsf', [finding(differs)], deps.rules))[0];
  const decision = finding().decision;

  it.each(VERDICTS)('writes the verdict %s as an event that the published schema allows', (verdict) => {
    for (const action of ['exempt', 'report', 'queue', 'hold', 'fix'] as const) {
      const isViolation = verdict === 'violation';
      const event = eventOf({ verdict, decision: isViolation && decision ? { ...decision, action } : null });
      expect(faultsOf(event)).toEqual([]);
      expect(event).toMatchObject({ class_uid: 2003, metadata: { version: '1.8.0' } });
    }
    expect(faultsOf(eventOf({ verdict, references: [], rule: 'unheard-of', changes: [] }))).toEqual([]);
  });

  it.each<[Partial<Finding>, object]>([
    [{}, { type_uid: 200302, status_id: 2, severity_id: 4, compliance: { status_id: 3, status: 'Fail' } }],
    [{ since: finding().evaluatedAt }, { type_uid: 200301 }],
    [
      { verdict: 'compliant', decision: null },
      { type_uid: 200303, status_id: 4, severity_id: 1, compliance: { status: 'Pass' } },
    ],
    [
      { verdict: 'unknown', decision: null },
      { status_id: 1, compliance: { status_id: 0, status: 'Unknown' } },
    ],
    [{ verdict: 'not-applicable', decision: null }, { compliance: { status_id: 99, status: 'Not Applicable' } }],
    [{ decision: decision && { ...decision, action: 'exempt' } }, { status_id: 3, compliance: { status: 'Warning' } }],
    [{ decision: decision && { ...decision, action: 'report' } }, { status_id: 1, compliance: { status: 'Fail' } }],
  ])('%j is %j', (differs, wanted) => {
    expect(eventOf(differs)).toMatchObject(wanted);
  });

  it('names the standards, the resource, the fix and the same finding by the same id', () => {
    const references = [
      { source: 'MCSB', id: 'DP-3' },
      { source: 'Azure Policy (fix, slots)', id: '1' },
    ];
    expect(eventOf({ references })).toMatchObject({
      compliance: {
        control: 'webapp-min-tls',
        standards: ['MCSB', 'Azure Policy'],
        requirements: ['MCSB DP-3', expect.any(String)],
      },
      resources: [{ uid: SHOP, type: 'Microsoft.Web/sites' }],
      cloud: { provider: 'Azure', account: { uid: '00000000-0000-4000-8000-00000000000a' } },
      remediation: { desc: 'Sets the version.' },
    });
    const idOf = (event: unknown) => JSON.stringify(event).match(/"finding_info":\{"uid":"(\w{32})"/)?.[1];
    const later = eventOf({ evaluatedAt: '2026-04-01T10:00:00.000Z' });
    expect(idOf(eventOf({}))).toMatch(/^\w{32}$/);
    expect(idOf(later)).toBe(idOf(eventOf({})));
  });
});
