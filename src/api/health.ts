/** Whether the service can work: its settings, one check each when they are wrong, and its storage. Names, never values. */
import { NotConfigured } from '../config.ts';
import type { ApiService, GetService, OpenCall, Reply } from './call.ts';
import * as schemas from './schemas.ts';
import { VERSION } from './version.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
}

export const getHealth: OpenCall = {
  name: 'getHealth',
  method: 'GET',
  route: 'health',
  summary: 'Whether the service is configured and reaches its storage. Open to all.',
  role: null,
  statuses: [200, 503],
  result: schemas.health,
  async handle(getService): Promise<Reply> {
    const checks = await checksOf(getService);
    const ok = checks.every((check) => check.ok);
    return { status: ok ? 200 : 503, body: { status: ok ? 'ok' : 'failing', version: VERSION, checks } };
  },
};

async function checksOf(getService: GetService): Promise<Check[]> {
  let service: ApiService;
  try {
    service = await getService();
  } catch (error) {
    if (!(error instanceof NotConfigured)) throw error;
    return error.problems.map(({ setting, message }) => ({ name: setting, ok: false, message }));
  }
  return [{ name: 'configuration', ok: true, message: 'Every setting can be read.' }, await storageCheck(service)];
}

async function storageCheck(service: ApiService): Promise<Check> {
  try {
    await service.ping();
    return { name: 'storage', ok: true, message: 'The storage answers.' };
  } catch (error) {
    // What an SDK says may name accounts and signatures; the log has it, an open page does not.
    service.world.log.error(
      { error: error instanceof Error ? error.message : String(error) },
      'the storage does not answer',
    );
    return { name: 'storage', ok: false, message: 'The storage does not answer; the log says why.' };
  }
}
