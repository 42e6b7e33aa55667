/** The HTTP functions: one line per route. Easy Auth and api/route.ts decide who may call, so no function key is asked for. */
import { app } from '@azure/functions';
import { approve, getApproval, listApprovals, reject } from '../api/approvals.ts';
import { getAuditEntry, listAudit, rollback, verifyAudit } from '../api/audit.ts';
import { exportAudit } from '../api/audit-export.ts';
import type { Call } from '../api/call.ts';
import { getConsole } from '../api/console.ts';
import { listDeadLetters, releaseDeadLetter } from '../api/dead-letters.ts';
import { decideApprovals } from '../api/decisions.ts';
import { deleteExemption, listExemptions, postExemption } from '../api/exemptions.ts';
import { explain } from '../api/explain.ts';
import { getSummary, listFindings } from '../api/findings.ts';
import { getHealth } from '../api/health.ts';
import { getMetrics } from '../api/metrics.ts';
import { describing } from '../api/openapi.ts';
import { handlerOf } from '../api/route.ts';
import { getRule, listRules } from '../api/rules.ts';
import { getSettings, putSettings } from '../api/settings.ts';
import { getScan, postApprovals, postScan } from '../api/sweep.ts';
import { joinedTo } from '../log.ts';
import { getService } from '../service.ts';
import { fieldsOf } from './invocation.ts';

const described: readonly Call[] = [
  listApprovals,
  getApproval,
  postApprovals,
  approve,
  reject,
  decideApprovals,
  listAudit,
  verifyAudit,
  exportAudit,
  getAuditEntry,
  rollback,
  listFindings,
  getSummary,
  explain,
  listRules,
  getRule,
  getSettings,
  putSettings,
  listDeadLetters,
  releaseDeadLetter,
  listExemptions,
  postExemption,
  deleteExemption,
  postScan,
  getScan,
  getHealth,
  getMetrics,
  getConsole,
];

/** Every call of the API. */
export const CALLS: readonly Call[] = [...described, describing(described)];

/**
 * The name of the function that serves a call. The Functions host sorts functions by name, and the first route that matches
 * wins: a literal has no precedence. So the number of parameters in the route comes first: `audit/verify`, which has none,
 * is before `audit/{id}`. https://github.com/Azure/azure-functions-host/issues/3153
 */
export function functionNameOf({ name, route }: Pick<Call, 'name' | 'route'>): string {
  return `http${route.split('{').length - 1}_${name}`;
}

/** Registers the HTTP functions, synchronously. */
export function registerApi(): void {
  for (const call of CALLS) {
    const { route, method } = call;
    const handle = handlerOf(call, getService);
    app.http(functionNameOf(call), {
      route,
      methods: [method],
      authLevel: 'anonymous',
      handler: (request, context) => joinedTo(fieldsOf(context), () => handle(request, context)),
    });
  }
}
