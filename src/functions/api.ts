/** The HTTP functions. Easy Auth and api/framework/handler.ts decide who may call, so no function key is required. */
import { app } from '@azure/functions';
import { approve, getApproval, listApprovals, reject } from '../api/endpoints/approvals/approvals.ts';
import { decideApprovals } from '../api/endpoints/approvals/decisions.ts';
import { requestApprovals } from '../api/endpoints/approvals/request-approvals.ts';
import { listAnchors } from '../api/endpoints/audit/anchors.ts';
import { getAuditEntry, listAudit, verifyAudit } from '../api/endpoints/audit/audit.ts';
import { getEvidence } from '../api/endpoints/audit/evidence.ts';
import { exportAudit } from '../api/endpoints/audit/export.ts';
import { getRollback, rollback, rollbackOperation } from '../api/endpoints/audit/rollback.ts';
import { getConsole, getConsoleFile } from '../api/endpoints/console.ts';
import { listDeadLetters, releaseDeadLetter, releaseDeadLetters } from '../api/endpoints/dead-letters.ts';
import { getEffectiveSettings } from '../api/endpoints/effective-settings.ts';
import { listEvents } from '../api/endpoints/events.ts';
import { createExemption, deleteExemption, listExemptions, renewExemption } from '../api/endpoints/exemptions.ts';
import { explain } from '../api/endpoints/findings/explain.ts';
import { exportFindings } from '../api/endpoints/findings/export.ts';
import { getSummary, listFindings } from '../api/endpoints/findings/findings.ts';
import { getHealth } from '../api/endpoints/health.ts';
import { getHistory } from '../api/endpoints/history.ts';
import { getMe } from '../api/endpoints/me.ts';
import { getMetrics } from '../api/endpoints/metrics.ts';
import { getOverview } from '../api/endpoints/overview.ts';
import {
  getExemptionsPreview,
  getSettingsPreview,
  previewExemptions,
  previewSettings,
} from '../api/endpoints/previews.ts';
import { getResource, listResources } from '../api/endpoints/resources/resources.ts';
import { continueRollout, endRollout, listRollouts } from '../api/endpoints/rollouts.ts';
import { getRule, listRules } from '../api/endpoints/rules.ts';
import { cancelScan, getScan, listScans, startScan } from '../api/endpoints/scans.ts';
import { getSettings, putSettings } from '../api/endpoints/settings.ts';
import { getState } from '../api/endpoints/state.ts';
import type { Endpoint } from '../api/framework/endpoint.ts';
import { createHandler } from '../api/framework/handler.ts';
import { createOpenApiEndpoint } from '../api/framework/openapi.ts';
import { withLogContext } from '../app/log-context.ts';
import { getService } from '../app/service.ts';
import { logFieldsOf, storeRevisions } from './invocation.ts';

const described: readonly Endpoint[] = [
  listApprovals,
  getApproval,
  requestApprovals,
  approve,
  reject,
  decideApprovals,
  listAudit,
  verifyAudit,
  listAnchors,
  getEvidence,
  exportAudit,
  getAuditEntry,
  getRollback,
  rollback,
  rollbackOperation,
  listFindings,
  exportFindings,
  getSummary,
  explain,
  listResources,
  getResource,
  listEvents,
  listRules,
  getRule,
  getSettings,
  putSettings,
  getEffectiveSettings,
  previewSettings,
  getSettingsPreview,
  listDeadLetters,
  releaseDeadLetter,
  releaseDeadLetters,
  listExemptions,
  createExemption,
  renewExemption,
  deleteExemption,
  previewExemptions,
  getExemptionsPreview,
  listRollouts,
  continueRollout,
  endRollout,
  listScans,
  startScan,
  getScan,
  cancelScan,
  getState,
  getHistory,
  getOverview,
  getHealth,
  getMe,
  getMetrics,
  getConsole,
  getConsoleFile,
];

/** Every endpoint of the API. */
export const ENDPOINTS: readonly Endpoint[] = [...described, createOpenApiEndpoint(described)];

/**
 * The name of the function that serves an endpoint. The Functions host sorts functions by name and takes the first route that
 * matches; a literal has no precedence. So the number of parameters in the route comes first: `audit/verify`, which has none,
 * is before `audit/{id}`. https://github.com/Azure/azure-functions-host/issues/3153
 */
export function functionNameOf({ name, route }: Pick<Endpoint, 'name' | 'route'>): string {
  return `http${route.split('{').length - 1}_${name}`;
}

/** Registers the HTTP functions, synchronously. */
export function registerApi(): void {
  for (const endpoint of ENDPOINTS) {
    const { route, method } = endpoint;
    const handle = createHandler(endpoint, getService);
    app.http(functionNameOf(endpoint), {
      route,
      methods: [method],
      authLevel: 'anonymous',
      handler: (request, context) =>
        withLogContext(logFieldsOf(context), async () => {
          const answer = await handle(request, context);
          if (method !== 'GET') await storeRevisions();
          return answer;
        }),
    });
  }
}
