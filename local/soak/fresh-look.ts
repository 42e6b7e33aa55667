/** What a fresh read of an app through Resource Manager demands, by all rules that are judged on events. */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { createArm } from '../../src/azure/arm.ts';
import { type Evaluation, evaluate } from '../../src/domain/evaluate.ts';
import { parseResourceId } from '../../src/domain/resource.ts';
import type { AnyRule } from '../../src/domain/rule.ts';
import { rulesFor, type Settings } from '../../src/domain/settings.ts';
import { createLog } from '../../src/log.ts';
import { isSweepOnly } from '../../src/workflows/judge.ts';
import { workspaceId } from '../simulator/estate.ts';
import { tokenFor } from '../simulator/identity.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { SoakApp } from './apps.ts';

export type Action = 'fix' | 'queue' | 'report';

export interface Demand extends Evaluation {
  /** What the service must do about a violation; null when there is none. */
  readonly wanted: Action | null;
}

export interface FreshLook {
  /** Each app with what every rule says of it. */
  at(apps: readonly SoakApp[]): Promise<readonly (readonly [SoakApp, readonly Demand[]])[]>;
  close(): void;
}

const APPS_AT_ONCE = 10;
const AUDITOR = {
  type: 'app',
  objectId: '00000000-0000-4000-8000-0000000000b1',
  appId: '00000000-0000-4000-8000-0000000000b2',
} as const;

/** Reads as the service does, with an identity of its own. */
export function openFreshLook(simulator: Simulator, settings: Settings, rules: readonly AnyRule[]): FreshLook {
  const { url, certificatePath } = simulator;
  const agent = new Agent({ ca: readFileSync(certificatePath), keepAlive: true });
  const inner = createDefaultHttpClient();
  const httpClient: HttpClient = { sendRequest: (request) => inner.sendRequest(Object.assign(request, { agent })) };
  const now = () => new Date();
  const token = tokenFor(url, AUDITOR, now(), 4e9);
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const log = createLog('error', { write: () => undefined });
  const arm = createArm({ endpoint: url, audience: url, credential, httpClient, log, now });

  async function look(app: SoakApp): Promise<Demand[]> {
    const resource = parseResourceId(app.id);
    if (!resource) throw new Error(`${app.id} is no app`);
    const due = rulesFor(settings, rules, resource, { workspaceId }).filter(({ rule }) =>
      rule.documents.every((name) => !isSweepOnly(resource, name)),
    );
    const names = due.flatMap(({ rule, parameters }) => rule.needs?.(parameters) ?? rule.documents);
    const snapshot = await arm.read(resource, [...new Set(['resource' as const, ...names])]);
    return evaluate(snapshot, due, now()).map((found) => ({
      ...found,
      wanted: found.verdict === 'violation' ? actionOn(app, found.tier) : null,
    }));
  }

  return {
    async at(apps) {
      const looked: (readonly [SoakApp, readonly Demand[]])[] = [];
      for (let start = 0; start < apps.length; start += APPS_AT_ONCE) {
        const some = apps.slice(start, start + APPS_AT_ONCE);
        looked.push(...(await Promise.all(some.map(async (app) => [app, await look(app)] as const))));
      }
      return looked;
    },
    close: () => agent.destroy(),
  };
}

/** The documents that the service must write at once. */
export function documentsToFix(demands: readonly Demand[]): string[] {
  const changes = demands.filter(({ wanted }) => wanted === 'fix').flatMap((one) => one.changes);
  return [...new Set(changes.map(({ document }) => document))];
}

function actionOn({ hands }: SoakApp, tier: string): Action {
  if (tier === 'advice' || hands === 'left') return 'report';
  return tier === 'risky' || hands === 'asked' ? 'queue' : 'fix';
}
