/**
 * `npm run doctor`: sees whether a deployment works from end to end, by changing a tag of a scratch app and following what
 * comes of it. Without arguments the running development environment; with --url a deployment in Azure, in the caller's own name.
 * Exit code 0: nothing failed; 1: something did; 2: usage.
 */
import { fileURLToPath } from 'node:url';
import { readDevAddress } from '../../dev/environment/dev-address.ts';
import { createCredential } from '../../src/azure/credential.ts';
import { printable } from '../../src/cli/framework/printable.ts';
import { crossSiteRequest, forged, reader, unauthenticatedDecision } from './access.ts';
import { activityLog } from './activity-log.ts';
import { chains } from './audit-log.ts';
import { observe } from './azure-assumptions.ts';
import { azureDeployment } from './azure-deployment.ts';
import { type Check, createContext, runChecks } from './checks.ts';
import { devDeployment } from './dev-deployment.ts';
import { arrival, change, deadLetters, queue } from './event.ts';
import { parseFlags, USAGE, UsageError } from './flags.ts';
import { health, timers } from './health.ts';
import { metrics } from './health-gate.ts';
import { reads, writes } from './identity.ts';
import { checkLine, isHealthy, observationLine, verdict } from './report.ts';
import { fetchLeaves, leafLines, resourceGraph } from './resource-graph.ts';

/** In this order: who is let in before what needs somebody to be, and each step of an event before the next. */
export const CHECKS: readonly Check[] = [
  health,
  reader,
  forged,
  unauthenticatedDecision,
  crossSiteRequest,
  change,
  arrival,
  queue,
  reads,
  writes,
  activityLog,
  metrics,
  resourceGraph,
  deadLetters,
  timers,
  chains,
];

const FOLDER = fileURLToPath(new URL('../../.plumbline', import.meta.url));
async function main(): Promise<number> {
  const flags = parseFlags(process.argv.slice(2), process.env);
  const deployment =
    flags.azure === null
      ? await devDeployment(await readDevAddress(FOLDER))
      : azureDeployment({ ...flags.azure, credential: createCredential({ endpointPresent: false, clientId: null }) });
  const print = (text: string) => flags.json || process.stdout.write(`${text}\n`);
  try {
    print(`${printable(`${deployment.url}, scratch app ${deployment.app.id}`)}\n`);
    const context = createContext(deployment, flags.patienceSeconds);
    const checks = await runChecks(context, CHECKS, (result) => print(checkLine(result)));
    const unverified = await observe(context);
    print('\nWhat nobody could verify before a deployment, and Plumbline relies on:\n');
    for (const observation of unverified) print(observationLine(observation));
    const leaves = await fetchLeaves(context).catch(() => []);
    if (leaves.length > 0) print('\nWhat looks have shown about the values in rows of Resource Graph:\n');
    if (leaves.length > 0) for (const line of leafLines(leaves)) print(line);
    const healthy = isHealthy(checks, unverified);
    print(`\n${verdict(checks, unverified)}`);
    if (flags.json) {
      const output = { url: deployment.url, resource: deployment.app.id, healthy, checks, unverified, leaves };
      process.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
    }
    return healthy ? 0 : 1;
  } finally {
    await deployment.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${printable(message)}${error instanceof UsageError ? `\n${USAGE}` : ''}\n`);
      process.exitCode = error instanceof UsageError ? 2 : 1;
    },
  );
}
