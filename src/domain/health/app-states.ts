/**
 * The state of an app by what Resource Manager shows. Running means that nobody stopped it, not that it answers. Words that
 * are not known say nothing: the service shows more of them than its published types have.
 */
import { isObject, type Json, type JsonObject } from '../resources/json.ts';
import type { AppState } from './gate.ts';

/** `body`: the site or slot. */
export function webAppState(body: JsonObject): AppState {
  const { state, availabilityState, usageState, enabled } = propertiesOf(body);
  if (typeof state !== 'string') return { condition: 'unread', text: 'it shows no state' };
  if (state.toLowerCase() !== 'running') return { condition: 'ill', text: `its state is ${state}` };
  if (enabled === false) return { condition: 'ill', text: 'it is disabled' };
  if (usageState === 'Exceeded') return { condition: 'ill', text: 'its quota is exceeded' };
  if (typeof availabilityState === 'string' && availabilityState !== 'Normal') {
    return { condition: 'ill', text: `its availability is ${availabilityState}` };
  }
  return { condition: 'good', text: `its state is ${state}` };
}

/** The name of the revision that an app has last; null while it has none. */
export function latestRevisionOf(body: JsonObject): string | null {
  const { latestRevisionName } = propertiesOf(body);
  return typeof latestRevisionName === 'string' && latestRevisionName !== '' ? latestRevisionName : null;
}

const REVISION_ILL = ['failed', 'activationfailed', 'degraded', 'provisioningfailed'];
const REVISION_STARTING = ['processing', 'provisioning', 'activating', 'scaling'];
const REVISION_RUNS = ['running', 'runningatmaxscale'];

/**
 * `body`: the container app; `revision`: its latest; `replicas`: those of the revision, null when they could not be read. A
 * revision without replicas is scaled to zero.
 */
export function containerAppState(
  body: JsonObject,
  revision: JsonObject | null,
  replicas: readonly Json[] | null,
): AppState {
  const { provisioningState: app } = propertiesOf(body);
  if (app === 'Failed' || app === 'Canceled') return { condition: 'ill', text: `its provisioning is ${app}` };
  if (app === 'InProgress') return { condition: 'starting', text: 'it is being provisioned' };
  if (revision === null) return { condition: 'unread', text: 'its latest revision could not be read' };
  const name = typeof revision.name === 'string' ? revision.name : 'its revision';
  const { provisioningState, runningState, healthState } = propertiesOf(revision);
  const running = typeof runningState === 'string' ? runningState.toLowerCase() : '';
  const words = [runningState, healthState].filter((word) => typeof word === 'string').join(', ');
  const text = `${name} is ${words || 'in no state'}`;
  if (provisioningState === 'Failed') return { condition: 'ill', text: `the provisioning of ${name} failed` };
  if (REVISION_ILL.includes(running)) return { condition: 'ill', text };
  if (provisioningState === 'Provisioning' || REVISION_STARTING.includes(running))
    return { condition: 'starting', text };
  if (healthState === 'Unhealthy') return { condition: 'ill', text };
  const crashing = replicas === null ? null : crashState(name, replicas);
  if (crashing) return crashing;
  const isGood = healthState === 'Healthy' || (REVISION_RUNS.includes(running) && (healthState ?? 'None') === 'None');
  return { condition: isGood ? 'good' : 'unread', text };
}

/** So many restarts of a container that is not ready are no slow start. */
const FEWEST_RESTARTS = 2;

/** A revision says Running although its container never starts. Null while a replica is ready, or there is none. */
function crashState(name: string, replicas: readonly Json[]): AppState | null {
  const containers = replicas.map((replica) => containersOf(replica));
  if (containers.length === 0 || containers.some((of) => of.every(({ ready }) => ready !== false))) return null;
  const restarts = Math.max(
    0,
    ...containers.flat().map(({ restartCount }) => (typeof restartCount === 'number' ? restartCount : 0)),
  );
  return restarts >= FEWEST_RESTARTS
    ? { condition: 'ill', text: `no replica of ${name} is ready after ${restarts} restarts` }
    : { condition: 'starting', text: `no replica of ${name} is ready` };
}

function containersOf(replica: Json): JsonObject[] {
  const { containers } = isObject(replica) ? propertiesOf(replica) : {};
  return Array.isArray(containers) ? containers.filter(isObject) : [];
}

function propertiesOf({ properties }: JsonObject): JsonObject {
  return isObject(properties) ? properties : {};
}
