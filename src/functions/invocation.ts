/**
 * Wraps the work of every trigger: log lines get the invocation and the trace of the platform, and counters and
 * revisions are stored, also when the work fails.
 */
import type { InvocationContext } from '@azure/functions';
import { withLogContext } from '../app/log-context.ts';
import { getService, type Service } from '../app/service.ts';

/** Runs `work` with the service. Rejects with NotConfigured when settings are missing or malformed, and with the errors of `work`. */
export function withInvocation<T>(context: InvocationContext, work: (service: Service) => Promise<T>): Promise<T> {
  return withLogContext(logFieldsOf(context), async () => {
    const service = await getService();
    try {
      return await work(service);
    } finally {
      await service.flush();
    }
  });
}

/** `traceId` is the operation_Id that Application Insights gives the requests and dependencies of this invocation. */
export function logFieldsOf({ invocationId, functionName, traceContext }: InvocationContext): Record<string, string> {
  const [, traceId] = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceContext?.traceParent ?? '') ?? [];
  return { invocationId, function: functionName, ...(traceId === undefined ? {} : { traceId }) };
}

/** Stores the revisions of what a call of the API has changed. Without a service there is nothing to store. */
export async function storeRevisions(): Promise<void> {
  const service = await getService().catch(() => null);
  await service?.deps.revisions.flush();
}
