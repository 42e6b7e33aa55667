/** Whether the service is there and configured, and whether its timers run. */
import { z } from 'zod';
import { type Check, failed, ok, pollUntil } from './checks.ts';
import { describeAnswer } from './service.ts';

const shape = z.object({
  version: z.string(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), message: z.string() })),
});

export const health: Check = {
  name: 'the service is healthy',
  async run({ service }) {
    const answer = await service.ask('/health');
    const found = shape.safeParse(answer.body);
    if (!found.success) {
      return failed(
        `GET /api/health was answered ${describeAnswer(answer)}, which is not Plumbline's answer`,
        'See that the address is the function app, that the package is deployed, and that sign-in lets anonymous callers through (AllowAnonymous).',
      );
    }
    const wrong = found.data.checks.filter((check) => !check.ok).map(({ name, message }) => `${name}: ${message}`);
    if (answer.status === 200 && wrong.length === 0) {
      return ok([`version ${found.data.version}`, ...found.data.checks.flatMap(heapLimitIn)].join(', '));
    }
    return failed(wrong.join('; '), 'Put these app settings right; docs/settings.md has each of them.');
  },
};

/** The limit under which the service's Node.js runs: on some plans no setting of the app can choose it. */
function heapLimitIn({ message }: { readonly message: string }): string[] {
  const [, megabytes] = /The heap may grow to (\d+) MB/.exec(message) ?? [];
  return megabytes === undefined ? [] : [`heap limit ${megabytes} MB`];
}

/** Housekeeping runs every minute; a little more is no reason to worry. */
const AT_MOST_SECONDS = 120;
const A_RUN_SECONDS = 75;

export const timers: Check = {
  name: 'the timers run',
  async run({ service, patienceSeconds }) {
    // By its own clock, not that of this machine.
    const age = async () => {
      const answer = await service.ask('/metrics', { signedIn: true });
      if (answer.status !== 200) throw new Error(`GET /api/metrics was answered ${describeAnswer(answer)}`);
      const [, seconds] = /^plumbline_heartbeat_age_seconds (\S+)$/m.exec(String(answer.body)) ?? [];
      return seconds === undefined ? null : Number(seconds);
    };
    const first = await age();
    // It may have slept; then it wakes with the first request, and runs within a minute.
    const recent = await pollUntil(Math.min(A_RUN_SECONDS, patienceSeconds), async () => {
      const now = await age();
      return now !== null && now < AT_MOST_SECONDS ? now : null;
    });
    if (recent !== null) return ok(`housekeeping ran ${Math.round(recent)} s ago`);
    return failed(
      first === null ? 'housekeeping has never run' : `housekeeping last ran ${Math.round(first)} s ago`,
      'Look at the function housekeeping in the portal: it may be disabled, or the app may have no instance. Nothing that waits for a time happens until it runs.',
    );
  },
};
