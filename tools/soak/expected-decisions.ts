/** What a fresh read of an app through Resource Manager requires, by all rules that are evaluated on events. */

import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { workspaceId } from '../../simulator/estate.ts';
import { tokenFor } from '../../simulator/identity/tokens.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { createLog } from '../../src/app/log.ts';
import { createArm } from '../../src/azure/arm.ts';
import { parseResourceId } from '../../src/domain/resources/resource.ts';
import { type Evaluation, evaluate } from '../../src/domain/rules/evaluate.ts';
import type { AnyRule } from '../../src/domain/rules/rule.ts';
import { rulesFor, type Settings } from '../../src/domain/rules/settings.ts';
import { NO_METRICS } from '../../src/workflows/ports/metrics.ts';
import { isSweepOnly } from '../../src/workflows/reconcile/evaluate-rules.ts';
import type { SoakApp } from './apps.ts';

export type Action = 'fix' | 'queue' | 'report';

export interface ExpectedDecision extends Evaluation {
  /** What the service must do about a violation; null when there is none. */
  readonly action: Action | null;
}

export interface ExpectedDecisions {
  /** Each app with the expected decision of every rule. */
  at(apps: readonly SoakApp[]): Promise<readonly (readonly [SoakApp, readonly ExpectedDecision[]])[]>;
  close(): void;
}

const APPS_AT_ONCE = 10;
const AUDITOR = {
  type: 'app',
  objectId: '00000000-0000-4000-8000-0000000000b1',
  appId: '00000000-0000-4000-8000-0000000000b2',
} as const;

/** Reads as the service does, with an identity of its own. */
export function openExpectedDecisions(
  simulator: Simulator,
  settings: Settings,
  rules: readonly AnyRule[],
): ExpectedDecisions {
  const { url, certificatePath } = simulator;
  const agent = new Agent({ ca: readFileSync(certificatePath), keepAlive: true });
  const inner = createDefaultHttpClient();
  const httpClient: HttpClient = { sendRequest: (request) => inner.sendRequest(Object.assign(request, { agent })) };
  const now = () => new Date();
  const token = tokenFor(url, AUDITOR, now(), 4e9);
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const log = createLog('error', { write: () => undefined });
  const arm = createArm({
    endpoint: url,
    audience: url,
    credential,
    httpClient,
    log,
    metrics: NO_METRICS,
    now,
    throttling: null,
  });

  async function decide(app: SoakApp): Promise<ExpectedDecision[]> {
    const resource = parseResourceId(app.id);
    if (!resource) throw new Error(`${app.id} is no app`);
    const due = rulesFor(settings, rules, resource, { workspaceId }).filter(({ rule }) =>
      rule.documents.every((name) => !isSweepOnly(resource, name)),
    );
    const names = due.flatMap(({ rule, parameters }) => rule.requiredDocuments?.(parameters) ?? rule.documents);
    const snapshot = await arm.read(resource, [...new Set(['resource' as const, ...names])]);
    return evaluate(snapshot, due, now()).map((found) => ({
      ...found,
      action: found.verdict === 'violation' ? actionOn(app, found.tier) : null,
    }));
  }

  return {
    async at(apps) {
      const decided: (readonly [SoakApp, readonly ExpectedDecision[]])[] = [];
      for (let start = 0; start < apps.length; start += APPS_AT_ONCE) {
        const some = apps.slice(start, start + APPS_AT_ONCE);
        decided.push(...(await Promise.all(some.map(async (app) => [app, await decide(app)] as const))));
      }
      return decided;
    },
    close: () => agent.destroy(),
  };
}

/** The documents that the service must write at once. */
export function documentsToFix(decisions: readonly ExpectedDecision[]): string[] {
  const changes = decisions.filter(({ action }) => action === 'fix').flatMap((one) => one.changes);
  return [...new Set(changes.map(({ document }) => document))];
}

function actionOn({ handling }: SoakApp, tier: string): Action {
  if (tier === 'advice' || handling === 'report') return 'report';
  return tier === 'risky' || handling === 'approval' ? 'queue' : 'fix';
}
