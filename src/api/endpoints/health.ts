/** Whether the service can work: one check for each wrong setting, and one for the storage. Names of settings, never values. */
import { getHeapStatistics } from 'node:v8';
import * as z from 'zod';
import { NotConfigured } from '../../app/config.ts';
import type { Infer } from '../../domain/resources/schema.ts';
import type { ApiResponse, ApiService, GetService, PublicEndpoint } from '../framework/endpoint.ts';
import { VERSION } from '../framework/version.ts';

const check = z.strictObject({ name: z.string(), ok: z.boolean(), message: z.string() });
type Check = Infer<typeof check>;

export const health = z
  .strictObject({ status: z.enum(['ok', 'failing']), version: z.string(), checks: z.array(check) })
  .meta({ id: 'Health' });

export const getHealth: PublicEndpoint = {
  name: 'getHealth',
  method: 'GET',
  route: 'health',
  summary: 'Whether the service is configured and reaches its storage. Open to all.',
  role: null,
  statuses: [200, 503],
  result: health,
  async handle(getService): Promise<ApiResponse> {
    const checks = await runChecks(getService);
    const ok = checks.every((one) => one.ok);
    return { status: ok ? 200 : 503, body: { status: ok ? 'ok' : 'failing', version: VERSION, checks } };
  },
};

async function runChecks(getService: GetService): Promise<Check[]> {
  let service: ApiService;
  try {
    service = await getService();
  } catch (error) {
    if (!(error instanceof NotConfigured)) throw error;
    return error.problems.map(({ setting, message }) => ({ name: setting, ok: false, message }));
  }
  const configured = `Every setting can be read. The heap may grow to ${heapLimitMegabytes()} MB.`;
  return [{ name: 'configuration', ok: true, message: configured }, await checkStorage(service)];
}

/** The limit in force, whoever set it: on some plans Node.js runs before the app's settings are known. */
function heapLimitMegabytes(): number {
  return Math.round(getHeapStatistics().heap_size_limit / 1_048_576);
}

async function checkStorage(service: ApiService): Promise<Check> {
  try {
    await service.ping();
    return { name: 'storage', ok: true, message: 'The storage answers.' };
  } catch (error) {
    // The message of an SDK may contain account names and signatures: it is logged, and not shown to everybody.
    service.deps.log.error(
      { error: error instanceof Error ? error.message : String(error) },
      'the storage does not answer',
    );
    return { name: 'storage', ok: false, message: 'The storage does not answer; the log says why.' };
  }
}
