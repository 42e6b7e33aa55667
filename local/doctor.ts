/**
 * `npm run doctor`: sees whether a deployment works from end to end, by changing a tag of a scratch app and following what
 * comes of it. Without arguments the running local twin; with --url a deployment in Azure, in the caller's own name.
 * Exit code 0: nothing failed; 1: something did; 2: usage.
 */
import { fileURLToPath } from 'node:url';
import { createCredential } from '../src/azure/credential.ts';
import { activityLog } from './doctor/activity.ts';
import { azureDeployment } from './doctor/azure.ts';
import { forged, nobodyDecides, otherSites, reader } from './doctor/callers.ts';
import { beginVisit, type Check, examine } from './doctor/checkup.ts';
import { arrival, change, deadLetters, queue } from './doctor/event.ts';
import { parseFlags, USAGE, Usage } from './doctor/flags.ts';
import { health, timers } from './doctor/health.ts';
import { reads, writes } from './doctor/identity.ts';
import { chains } from './doctor/log.ts';
import { checkLine, isHealthy, observationLine, verdict } from './doctor/report.ts';
import { twinDeployment } from './doctor/twin.ts';
import { observe } from './doctor/unverified.ts';
import { printable } from './printable.ts';
import { findTwin } from './twin-address.ts';

/** In this order: who is let in before what needs somebody to be, and each step of an event before the next. */
export const CHECKS: readonly Check[] = [
  health,
  reader,
  forged,
  nobodyDecides,
  otherSites,
  change,
  arrival,
  queue,
  reads,
  writes,
  activityLog,
  deadLetters,
  timers,
  chains,
];

const FOLDER = fileURLToPath(new URL('../.plumbline', import.meta.url));
async function main(): Promise<number> {
  const flags = parseFlags(process.argv.slice(2), process.env);
  const deployment =
    flags.azure === null
      ? await twinDeployment(await findTwin(FOLDER))
      : azureDeployment({ ...flags.azure, credential: createCredential({ endpointPresent: false, clientId: null }) });
  const print = (text: string) => flags.json || process.stdout.write(`${text}\n`);
  try {
    print(`${printable(`${deployment.url}, scratch app ${deployment.app.id}`)}\n`);
    const visit = beginVisit(deployment, flags.patienceSeconds);
    const checks = await examine(visit, CHECKS, (result) => print(checkLine(result)));
    const unverified = await observe(visit);
    print('\nWhat nobody could verify before a deployment, and Plumbline relies on:\n');
    for (const observation of unverified) print(observationLine(observation));
    const healthy = isHealthy(checks, unverified);
    print(`\n${verdict(checks, unverified)}`);
    if (flags.json) {
      const told = { url: deployment.url, resource: deployment.app.id, healthy, checks, unverified };
      process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
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
      const said = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${printable(said)}${error instanceof Usage ? `\n${USAGE}` : ''}\n`);
      process.exitCode = error instanceof Usage ? 2 : 1;
    },
  );
}
