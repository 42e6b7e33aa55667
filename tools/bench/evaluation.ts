/** Every rule on 10,000 snapshots: the sample estate as Azure would answer it, every document of it, again and again. */

import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { sampleEstate } from '../../simulator/estate.ts';
import { tokenFor } from '../../simulator/identity/tokens.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { createLog } from '../../src/app/log.ts';
import { createArm } from '../../src/azure/arm.ts';
import { DOCUMENTS } from '../../src/domain/resources/documents.ts';
import { parseResourceId } from '../../src/domain/resources/resource.ts';
import type { Snapshot } from '../../src/domain/resources/snapshot.ts';
import { evaluate } from '../../src/domain/rules/evaluate.ts';
import { defaultRules } from '../../src/domain/rules/settings.ts';
import { NO_METRICS } from '../../src/workflows/ports/metrics.ts';
import { loadRules } from '../evaluate.ts';
import type { Report } from './report.ts';

const SNAPSHOTS = 10_000;

export async function measureEvaluation(report: Report): Promise<void> {
  const rules = await loadRules();
  const seen = await estateAsRead();
  const snapshots = Array.from({ length: SNAPSHOTS }, (_, index) => seen[index % seen.length]).flatMap(
    (one) => one ?? [],
  );
  const now = new Date();
  const from = performance.now();
  let verdicts = 0;
  for (const snapshot of snapshots) {
    verdicts += evaluate(snapshot, defaultRules(rules, snapshot.resource, { workspaceId: null }), now).length;
  }
  report.time(
    `${SNAPSHOTS} snapshots of ${seen.length} resources, ${verdicts} verdicts`,
    performance.now() - from,
    2000,
  );
}

/** Every document of every resource of the sample estate, its subscriptions included, over the wire. */
async function estateAsRead(): Promise<Snapshot[]> {
  const estate = sampleEstate();
  const simulator = await startSimulator({ identityActions: deployedActions(), estate });
  const agent = new Agent({ ca: readFileSync(simulator.certificatePath), keepAlive: true });
  try {
    const { url, identity } = simulator;
    const token = tokenFor(url, { ...identity, appId: identity.appId ?? '' }, new Date(), 3600);
    const inner = createDefaultHttpClient();
    const arm = createArm({
      endpoint: url,
      audience: url,
      credential: { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) },
      httpClient: { sendRequest: (request) => inner.sendRequest(Object.assign(request, { agent })) },
      log: createLog('silent'),
      now: () => new Date(),
      metrics: NO_METRICS,
      throttling: null,
    });
    const resources = estate.resources.flatMap(({ id }) => parseResourceId(id) ?? []);
    return await Promise.all(
      resources.map((one) => {
        const names = DOCUMENTS.filter(({ kinds }) => kinds.includes(one.kind)).map(({ name }) => name);
        return arm.read(one, names);
      }),
    );
  } finally {
    agent.destroy();
    await simulator.close();
  }
}
