/** A small report: a violation with a fix, an unknown verdict for a document that was not read, and one compliant verdict. */
import type { Report } from '../../../src/cli/reports/report.ts';
import type { ScannedResource } from '../../../src/cli/scan/evaluate-resource.ts';
import { rule as httpsOnly } from '../../../src/rules/web-app/webapp-https-only.ts';
import { rule as minTls } from '../../../src/rules/web-app/webapp-min-tls.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/prod/providers/Microsoft.Web/sites';
export const SHOP = `${GROUP}/shop`;

export interface SampleOptions {
  readonly resources?: readonly ScannedResource[];
  readonly incomplete?: readonly string[];
  readonly reason?: string;
  /** Why a document was not read. */
  readonly why?: string;
  readonly unread?: ScannedResource['unread'];
  readonly plan?: boolean;
}

export function sampleReport(options: SampleOptions = {}): Report {
  const { reason = 'HTTP is accepted.', why = 'Forbidden', incomplete = [], plan = false } = options;
  const resources = options.resources ?? [
    scanned('shop', [violated(reason), { ...violated(reason), ...UNKNOWN }], {
      unread: options.unread ?? [{ document: 'config/web', why }],
      plan: {
        fixes: [{ rule: httpsOnly.id, action: 'fix' }],
        requests: [{ method: 'PATCH', path: SHOP, body: { properties: { httpsOnly: true } } }],
        queued: [],
      },
    }),
    scanned('api', [violated(reason), { ...violated(reason), ...COMPLIANT }]),
  ];
  return {
    version: '0.1.0',
    startedAt: '2026-03-01T12:00:00.000Z',
    endedAt: '2026-03-01T12:10:00.000Z',
    scopes: ['/subscriptions/00000000-0000-4000-8000-00000000000a'],
    profile: 'baseline',
    rules: [httpsOnly, minTls],
    plan,
    incomplete,
    resources: () => resources,
  };
}

type Found = ScannedResource['findings'][number];

const UNKNOWN = { rule: minTls.id, verdict: 'unknown', changes: [], decision: null } as const;
const COMPLIANT = { rule: minTls.id, verdict: 'compliant', changes: [], decision: null } as const;

function violated(reason: string): Found {
  const changes = [{ document: 'resource' as const, path: '/properties/httpsOnly', from: false, to: true }];
  const reasons = [{ code: 'mode-audit' as const, text: 'Mode audit looks and reports only.' }];
  const decision = { action: 'report' as const, until: null, reasons, ceilings: [] };
  return { rule: httpsOnly.id, severity: 'high', tier: 'safe', verdict: 'violation', reason, changes, decision };
}

function scanned(name: string, findings: readonly Found[], more: Partial<ScannedResource> = {}): ScannedResource {
  return {
    resource: { id: `${GROUP}/${name}`, type: 'Microsoft.Web/sites', name },
    evaluatedAt: '2026-03-01T12:05:00.000Z',
    unread: [],
    findings,
    ...more,
  };
}
