// Resource Manager as the tests of src/azure reach it: the simulator over real HTTPS, or prepared answers.

import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import type { TokenCredential } from '@azure/core-auth';
import {
  createDefaultHttpClient,
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
} from '@azure/core-rest-pipeline';
import { tokenFor } from '../../simulator/identity/tokens.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { createLog } from '../../src/app/log.ts';
import { createActivityLog } from '../../src/azure/activity-log.ts';
import { type ArmOptions, createArm } from '../../src/azure/arm.ts';
import { createEstate } from '../../src/azure/estate.ts';
import { parseResourceId, type Resource } from '../../src/domain/resources/resource.ts';
import type { ActivityLog, Arm, Estate } from '../../src/workflows/ports/azure.ts';
import { NO_METRICS } from '../../src/workflows/ports/metrics.ts';

export const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001';
export const OID = '00000000-0000-4000-8000-0000000000b1';
export const APP_ID = '00000000-0000-4000-8000-0000000000b2';

export interface Logged {
  readonly lines: string[];
}

/** An Arm that trusts the simulator's certificate, as NODE_EXTRA_CA_CERTS makes a process do. */
export function armOn(simulator: Simulator, options: Partial<ArmOptions> = {}): Arm & Logged & { close(): void } {
  const { close, ...wired } = wiredTo(simulator);
  return { ...armWith({ ...wired, ...options }), close };
}

/** The same for listing the estate. */
export function estateOn(simulator: Simulator): Estate & { close(): void } {
  const { close, ...wired } = wiredTo(simulator);
  return { ...createEstate(optionsWith([], wired)), close };
}

/** The same for Azure's Activity Log. */
export function activityOn(simulator: Simulator): ActivityLog & { close(): void } {
  const { close, ...wired } = wiredTo(simulator);
  return { ...createActivityLog(optionsWith([], wired)), close };
}

export interface CannedReply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

type Answering = (request: PipelineRequest) => CannedReply;

/** An Arm whose every request gets a prepared answer; `requests` are those that were sent. */
export function armAnswering(answer: Answering): Arm & Logged & { requests: PipelineRequest[] } {
  const { httpClient, requests } = answering(answer);
  return { ...armWith({ httpClient }), requests };
}

export function estateAnswering(answer: Answering): Estate & { requests: PipelineRequest[] } {
  const { httpClient, requests } = answering(answer);
  return { ...createEstate(optionsWith([], { httpClient })), requests };
}

/** `options`: such as the current time. */
export function activityAnswering(
  answer: Answering,
  options: Partial<ArmOptions> = {},
): ActivityLog & { requests: PipelineRequest[] } {
  const { httpClient, requests } = answering(answer);
  return { ...createActivityLog(optionsWith([], { httpClient, ...options })), requests };
}

/** The options of a client whose every request gets a prepared answer, and the lines that it logs. */
export function optionsAnswering(answer: Answering): { options: ArmOptions } & Logged {
  const lines: string[] = [];
  return { options: optionsWith(lines, { httpClient: answering(answer).httpClient }), lines };
}

export function armWith(options: Partial<ArmOptions>): Arm & Logged {
  const lines: string[] = [];
  return { ...createArm(optionsWith(lines, options)), lines };
}

function optionsWith(lines: string[], options: Partial<ArmOptions>): ArmOptions {
  return {
    endpoint: 'https://management.azure.com',
    audience: 'https://management.azure.com',
    credential: credentialWith('planted-token'),
    log: createLog('debug', { write: (line) => void lines.push(line) }),
    now: () => new Date(),
    metrics: NO_METRICS,
    throttling: null,
    ...options,
  };
}

function wiredTo(simulator: Simulator) {
  const agent = new Agent({ ca: readFileSync(simulator.certificatePath), keepAlive: true });
  const inner = createDefaultHttpClient();
  const httpClient: HttpClient = { sendRequest: (request) => inner.sendRequest(Object.assign(request, { agent })) };
  const credential = credentialWith(
    tokenFor(simulator.url, { type: 'app', objectId: OID, appId: APP_ID }, new Date(), 4e9),
  );
  const { url } = simulator;
  return { endpoint: url, audience: url, credential, httpClient, close: () => agent.destroy() };
}

function answering(answer: Answering): { httpClient: HttpClient; requests: PipelineRequest[] } {
  const requests: PipelineRequest[] = [];
  const httpClient: HttpClient = {
    async sendRequest(request) {
      requests.push(request);
      const { status, headers, body } = answer(request);
      const bodyAsText = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
      return { request, status, headers: createHttpHeaders(headers), bodyAsText };
    },
  };
  return { httpClient, requests };
}

export function credentialWith(token: string): TokenCredential {
  return { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
}

export function resource(id: string): Resource {
  const found = parseResourceId(id);
  if (!found) throw new Error(`${id} is no resource`);
  return found;
}
