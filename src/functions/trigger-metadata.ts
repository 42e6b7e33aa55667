/**
 * The host tells what a trigger is about a second time, as metadata, and `@azure/functions` camel-cases it by calling itself
 * for each level (toCamelCase.ts): a message of some thousand levels would never reach its function, nor that of the dead
 * letters. So the library is given what is used of it.
 */
import type { InvocationContext, ProgrammingModel } from '@azure/functions-core';

const USED = 'DequeueCount';

/** The model, which is given no other metadata than what is used. */
export function withLittleMetadata(model: ProgrammingModel): ProgrammingModel {
  return {
    name: model.name,
    version: model.version,
    getCapabilities: (defaults) => model.getCapabilities(defaults),
    getInvocationModel(context) {
      // In place: the worker's context has methods and a state of its own.
      const { request } = context;
      request.triggerMetadata = used(request);
      return model.getInvocationModel(context);
    },
  };
}

function used({ triggerMetadata }: InvocationContext['request']): Record<string, unknown> {
  const count = triggerMetadata?.[USED];
  return count === undefined ? {} : { [USED]: count };
}
