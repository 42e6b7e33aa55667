/** Scans a scope, and says how far it is. */
import { useSignal } from '@preact/signals';
import { ApiError, call } from '../../api/client.ts';
import type { Scan } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { hrefOf } from '../../state/location.ts';
import { useGet } from '../../state/use-get.ts';

export function ScanButton({ scope }: { scope: string }) {
  const id = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  const isStarting = useSignal(false);
  const { data: scan } = useGet<Scan>(id.value === null ? null : `/scans/${id.value}`, ['scans']);
  const isRunning = isStarting.value || (id.value !== null && (scan === undefined || scan.status === 'running'));

  async function start(): Promise<void> {
    [isStarting.value, problem.value] = [true, null];
    try {
      const { body } = await call<Scan>('/scans', { method: 'POST', body: { scope } });
      id.value = body.id;
      expectChanges();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = error.message;
    } finally {
      isStarting.value = false;
    }
  }

  return (
    <>
      <span role="status" class="scan-state">
        {problem.value}
        {id.value !== null && problem.value === null && (
          <a href={hrefOf('scans')}>
            {isRunning ? 'Scanning…' : scan?.status === 'cancelled' ? 'Scan cancelled' : 'Scanned'}
          </a>
        )}
      </span>
      <button type="button" disabled={isRunning} onClick={() => void start()}>
        Scan
      </button>
    </>
  );
}
