/**
 * One invocation, in the order of the Functions worker: arguments, preInvocation hooks, the handler, postInvocation
 * hooks (which may replace result and error), then the response. It rejects when the invocation failed.
 */
import { randomUUID } from 'node:crypto';
import type {
  CoreInvocationContext,
  FunctionApp,
  FunctionCallback,
  InvocationRequest,
  InvocationResponse,
  RegisteredFunction,
} from './functions-core.ts';

/** How triggers run a function; rejects with the function's own error. */
export type Invoke = (fn: RegisteredFunction, request: InvocationRequest) => Promise<InvocationResponse>;

/** Runs a function of a loaded app once. */
export async function invoke(
  app: FunctionApp,
  fn: RegisteredFunction,
  request: InvocationRequest,
): Promise<InvocationResponse> {
  const core: CoreInvocationContext = {
    invocationId: randomUUID(),
    request: { traceContext: newTrace(), ...request },
    metadata: fn.metadata,
    log: app.log,
  };
  const model = app.model.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  const hookData = {};
  const shared = { hookData, appHookData: app.appHookData, invocationContext: context };

  const before: { inputs: unknown[]; functionCallback: FunctionCallback } = { inputs, functionCallback: fn.callback };
  const preContext = Object.assign(before, shared);
  await during(core, 'preInvocationHooks', () => app.runHooks('preInvocation', preContext));

  const after: { inputs: unknown[]; result: unknown; error: unknown } = {
    inputs: preContext.inputs,
    result: null,
    error: null,
  };
  try {
    after.result = await during(core, 'invocation', () =>
      model.invokeFunction(context, preContext.inputs, preContext.functionCallback),
    );
  } catch (error) {
    after.error = error;
  }
  await during(core, 'postInvocationHooks', () => app.runHooks('postInvocation', Object.assign(after, shared)));
  if (after.error !== null && after.error !== undefined) throw after.error;
  return model.getResponse(context, after.result);
}

async function during<T>(
  core: CoreInvocationContext,
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks',
  run: () => Promise<T>,
): Promise<T> {
  core.state = state;
  try {
    return await run();
  } finally {
    core.state = undefined;
  }
}

function newTrace(): { traceParent: string; traceState: string; attributes: Record<string, string> } {
  // Random bytes are asked for one by one, ids from a store.
  const [trace, span] = [randomUUID(), randomUUID()].map((id) => id.replaceAll('-', ''));
  const traceParent = `00-${trace}-${span?.slice(16)}-01`;
  return { traceParent, traceState: '', attributes: {} };
}
