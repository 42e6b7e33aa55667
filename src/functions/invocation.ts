/**
 * What every trigger does around its work: what is logged meanwhile carries the invocation and the trace of the platform,
 * and what it counted is stored, whether the work came to its end or not.
 */
import type { InvocationContext } from '@azure/functions';
import { joinedTo } from '../log.ts';
import { getService, type Service } from '../service.ts';

/** Works with the service. Rejects with NotConfigured when settings are missing or malformed, and with what the work throws. */
export function invocation<T>(context: InvocationContext, work: (service: Service) => Promise<T>): Promise<T> {
  return joinedTo(fieldsOf(context), async () => {
    const service = await getService();
    try {
      return await work(service);
    } finally {
      await service.storeCounts();
    }
  });
}

/** `traceId` is the operation_Id that Application Insights gives the requests and dependencies of this invocation. */
export function fieldsOf({ invocationId, functionName, traceContext }: InvocationContext): Record<string, string> {
  const [, traceId] = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceContext?.traceParent ?? '') ?? [];
  return { invocationId, function: functionName, ...(traceId === undefined ? {} : { traceId }) };
}
