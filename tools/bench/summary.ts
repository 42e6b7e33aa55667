/** How long the summary and the groups take with thousands of apps. Their counts are kept, so the number of apps must not matter. */
import { randomBytes } from 'node:crypto';
import { startAzurite } from '../../dev/azurite/azurite.ts';
import { readSummary } from '../../src/api/endpoints/findings/summary.ts';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { groupApprovals } from '../../src/domain/approvals/approval-groups.ts';
import { parseAuditKeys } from '../../src/domain/audit/audit.ts';
import type { Finding } from '../../src/domain/decisions/finding.ts';
import { parseResourceId, type Resource, viewOf } from '../../src/domain/resources/resource.ts';
import { SEVERITIES, VERDICTS } from '../../src/domain/rules/rule.ts';
import { openStorage, type Storage } from '../../src/storage/open-storage.ts';
import type { Report } from './report.ts';

/** Measures when so many apps were evaluated, each with 40 findings, and a tenth of them with an approval. */
export async function measureSummary(report: Report, sizes: readonly number[]): Promise<void> {
  const azurite = await startAzurite();
  let requests = 0;
  try {
    const storage = openStorage({
      connection: { kind: 'connection-string', value: azurite.connectionString },
      auditKeys: parseAuditKeys(`k1:${randomBytes(32).toString('base64')}`),
      now: () => new Date(),
      onRequest: () => {
        requests++;
      },
    });
    await storage.counts.repair(new Date());
    const deps = { ...storage, clock: { now: () => new Date() } };
    let evaluated = 0;
    for (const size of sizes) {
      const apps = Array.from({ length: size - evaluated }, (_, n) => appOf(evaluated + n));
      await eachOf(apps, 16, (app, n) => evaluate(storage, app, evaluated + n));
      evaluated = size;
      requests = 0;
      const { resources, approvals } = await readSummary(deps);
      report.count(`GET /summary, ${size} apps`, 'table requests', requests, 3);
      report.must('the summary counts all apps and approvals', resources === size && approvals.pending === size / 10);
      report.time('', await median(() => readSummary(deps)), 100);
      requests = 0;
      const { heads } = await storage.approvals.listHeads({ status: ['pending'] });
      report.count(
        `GET /approvals?group=resource, ${groupApprovals(heads, 'resource').length} groups`,
        'table requests',
        requests,
        1,
      );
      report.time('', await median(() => storage.approvals.listHeads({ status: ['pending'] })), 100);
    }
  } finally {
    await azurite.close();
  }
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const from = performance.now();
    await work();
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[2] ?? 0;
}

async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, at: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let at = next++; at < items.length; at = next++) {
        const item = items[at];
        if (item !== undefined) await work(item, at);
      }
    }),
  );
}

function appOf(n: number): Resource {
  const subscription = `00000000-0000-4000-8000-0000000000${String(n % 10).padStart(2, '0')}`;
  const id = `/subscriptions/${subscription}/resourceGroups/group-${n % 50}/providers/Microsoft.Web/sites/app-${n}`;
  const app = parseResourceId(id);
  if (!app) throw new Error(`${id} is no id of an app`);
  return app;
}

const AT = '2026-01-31T12:00:00.000Z';

async function evaluate({ findings, approvals }: Storage, app: Resource, n: number): Promise<void> {
  await findings.replace(
    app,
    Array.from({ length: 40 }, (_, rule) => findingOf(app, rule, n)),
  );
  if (n % 10 === 0) await approvals.save(approvalOf(approvals.newId(new Date(Date.parse(AT) + n)), app, n), null);
}

function findingOf(app: Resource, rule: number, n: number): Finding {
  // Most rules have two verdicts in an estate.
  const verdict = VERDICTS[(rule + (n % 20 === 0 ? 1 : 0)) % VERDICTS.length] ?? 'unknown';
  return {
    ...{ rule: `webapp-rule-number-${rule}`, title: `Rule ${rule}`, resource: viewOf(app), references: [] },
    ...{ severity: SEVERITIES[rule % SEVERITIES.length] ?? 'low', tier: 'risky', verdict, reason: 'As it is.' },
    ...{ changes: [], since: AT, evaluatedAt: AT, decision: null },
  };
}

function approvalOf(id: string, app: Resource, n: number): Approval {
  return {
    ...{ id, purpose: 'fix', status: 'pending', digest: `sha256:${'0'.repeat(64)}`, resource: viewOf(app) },
    rule: {
      ...{ id: `webapp-rule-number-${n % 40}`, version: 1, title: 'A rule', severity: 'high', risk: 'Some.' },
      ...{ impact: 'traffic', reversible: true },
    },
    ...{ changes: [], preserved: [], source: { bicep: '', terraform: '' }, changedBy: null, reasons: [] },
    ...{ requestedAt: AT, expiresAt: AT, decision: null, supersededBy: null, moved: [], auditIds: [], outbox: [] },
  };
}
