/** What of the worker's own module is used here; the worker answers `require` with it, and no registry has it. */
declare module '@azure/functions-core' {
  export interface InvocationContext {
    readonly request: { triggerMetadata?: Record<string, unknown> | null };
  }

  export interface ProgrammingModel {
    readonly name: string;
    readonly version: string;
    getCapabilities(defaults: object): unknown;
    getInvocationModel(context: InvocationContext): unknown;
  }

  export function getProgrammingModel(): ProgrammingModel;
  export function setProgrammingModel(model: ProgrammingModel): void;
}
