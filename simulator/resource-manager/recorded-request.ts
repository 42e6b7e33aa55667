// What is recorded of each request to Resource Manager.
import type { FaultName } from '../faults/faults.ts';

export interface RecordedRequest {
  method: string;
  /** As sent, without the query. */
  path: string;
  apiVersion: string | null;
  body: unknown;
  /** 0 until answered, and for ever when the connection was killed. */
  status: number;
  at: string;
  callerObjectId: string | null;
  /** What went wrong with it on demand; a delay only when nothing else did. */
  fault?: FaultName;
}

export type RequestHook = (request: RecordedRequest, phase: 'before' | 'applied') => void | Promise<void>;
