// What fixes write is taken: each rule's plan goes through the service's own client to the simulator, with the deployed roles,
// and what is read afterwards is right.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployedActions } from '../../../dev/environment/deployed-role.ts';
import {
  containerApp,
  environment,
  idOf,
  plan,
  resourceGroup,
  webApp,
  workspaceId,
} from '../../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { authSettings } from '../../../simulator/web-app/site-documents.ts';
import { compareToPlan } from '../../../src/domain/changes/change.ts';
import { bodyToSend, type PlanStep, planOf } from '../../../src/domain/changes/plan-requests.ts';
import type { DocumentName } from '../../../src/domain/resources/documents.ts';
import { bodyOf, type Snapshot } from '../../../src/domain/resources/snapshot.ts';
import { type Evaluation, evaluate } from '../../../src/domain/rules/evaluate.ts';
import { parseSettings, rulesFor } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';
import { armOn, resource } from '../../azure/azure.ts';

const NOW = new Date('2026-11-22T05:00:00Z');
const ranges = { parameters: { allowedRanges: ['203.0.113.0/24'] } };
const tags = { parameters: { tags: ['team'] } };
const slow = { requests: { count: 100, timeInterval: '00:05:00' } };
const SETTINGS = {
  profile: 'strict',
  rules: {
    'webapp-access-restrict': ranges,
    'containerapp-ip-restrict': ranges,
    'webapp-required-tags': tags,
    'containerapp-required-tags': tags,
    'webapp-auto-heal': { parameters: { rule: { triggers: slow } } },
  },
};

const subnet = `${idOf('Microsoft.Network/virtualNetworks', { name: 'shop' })}/subnets/apps`;
const wrongWebApp = webApp({
  name: 'wrong',
  kind: 'app,linux,container',
  auth: 'off',
  identity: null,
  ftpBasicAuth: true,
  scmBasicAuth: true,
  privateEndpoints: ['Approved'],
  site: {
    httpsOnly: false,
    publicNetworkAccess: 'Enabled',
    virtualNetworkSubnetId: subnet,
    clientAffinityEnabled: true,
  },
  web: {
    minTlsVersion: '1.0',
    scmMinTlsVersion: null,
    ftpsState: null,
    remoteDebuggingEnabled: true,
    http20Enabled: false,
    alwaysOn: false,
    cors: { allowedOrigins: ['https://a.example', '*'], supportCredentials: true },
  },
});
const wrongContainerApp = containerApp({
  name: 'wrong',
  auth: 'off',
  identity: { type: 'None' },
  ingress: {
    allowInsecure: true,
    corsPolicy: { allowedOrigins: ['https://a.example', '*'], allowCredentials: true },
    stickySessions: { affinity: 'sticky' },
    additionalPortMappings: [{ external: true, targetPort: 9090, exposedPort: 9090 }],
  },
});
const wrongEnvironment = environment({
  name: 'production',
  privateEndpoints: ['Approved'],
  properties: { appLogsConfiguration: { destination: null, logAnalyticsConfiguration: null } },
});

const second = 'second';
const otherWebApp = webApp({
  name: second,
  kind: 'app,linux,container',
  web: {
    ipSecurityRestrictions: [{ ipAddress: '203.0.113.0/24', action: 'Allow', priority: 100, name: 'office' }],
    ipSecurityRestrictionsDefaultAction: 'Deny',
  },
  documents: {
    'config/authsettingsV2': {
      id: `${idOf('Microsoft.Web/sites', { name: second })}/config/authsettingsV2`,
      name: 'authsettingsV2',
      type: 'Microsoft.Web/sites/config',
      location: 'West Europe',
      properties: { ...authSettings('on'), login: { tokenStore: { enabled: false } } },
    },
  },
});
const windowsWebApp = webApp({ name: 'windows', kind: 'app', web: { webSocketsEnabled: true } });
const withPassword = {
  server: 'contosoapps.azurecr.io',
  username: 'pull',
  passwordSecretRef: 'password',
  identity: '',
};
const otherContainerApp = containerApp({
  name: second,
  properties: { configuration: { registries: [withPassword] } },
});

let simulator: Simulator;
let arm: ReturnType<typeof armOn>;
/** Rules whose fixes were sent. */
const written = new Set<string>();

beforeAll(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    operationMilliseconds: 1,
    takesUnpublished: true,
    estate: {
      resources: [
        resourceGroup({ name: 'shop', tags: { team: 'shop' } }),
        plan({ name: 'plan-linux' }),
        wrongWebApp,
        wrongContainerApp,
        wrongEnvironment,
        otherWebApp,
        windowsWebApp,
        otherContainerApp,
      ],
    },
  });
  arm = armOn(simulator);
});
afterAll(async () => {
  arm.close();
  await simulator.close();
});

async function judged(id: string): Promise<{ snapshot: Snapshot; findings: Evaluation[] }> {
  const parsed = parseSettings(SETTINGS, rules);
  if (!('settings' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  const effective = rulesFor(parsed.settings, rules, resource(id), { workspaceId });
  const names = new Set<DocumentName>(effective.flatMap(({ rule }) => rule.documents));
  const snapshot = await arm.read(resource(id), [...names], { fresh: true });
  return { snapshot, findings: evaluate(snapshot, effective, NOW) };
}

/** Sends a step as the writer does; what it came to, in one word. */
async function send(step: PlanStep, snapshot: Snapshot): Promise<string> {
  const { documents } = await arm.read(snapshot.resource, [step.document], { fresh: true });
  const body = bodyToSend(step, bodyOf({ ...snapshot, documents }, step.document) ?? {});
  const answer = await arm.write(step, body);
  await simulator.settled();
  if (answer.kind === 'refused') return `${answer.failure.code}: ${answer.failure.message}`;
  const after = await arm.read(snapshot.resource, [step.document], { fresh: true });
  return compareToPlan(step.changes, after);
}

it.each([
  ['a web app', wrongWebApp.id],
  ['a web app that is open in other ways', otherWebApp.id],
  ['a web app on Windows', windowsWebApp.id],
  ['a container app', wrongContainerApp.id],
  ['a container app that pulls with a password', otherContainerApp.id],
  ['an environment', wrongEnvironment.id],
])('every fix of %s is taken as it was planned, and leaves nothing to fix', async (_, id) => {
  const { snapshot, findings } = await judged(id);
  const fixable = findings.filter(({ changes }) => changes.length > 0);
  const steps = planOf(snapshot.resource, fixable);
  for (const { rule } of fixable) written.add(rule.id);
  const ends: string[] = [];
  for (const step of steps) ends.push(`${step.method} ${step.path}: ${await send(step, snapshot)}`);
  expect(ends).toEqual(steps.map(({ method, path }) => `${method} ${path}: planned`));
  const after = await judged(id);
  const left = after.findings.filter(({ rule, verdict }) => {
    const wasFixed = fixable.some((one) => one.rule.id === rule.id);
    // An ingress that was made internal needs no sign-in any more.
    return wasFixed && verdict !== 'compliant' && verdict !== 'not-applicable';
  });
  expect(left.map(({ rule, verdict }) => `${rule.id}: ${verdict}`)).toEqual([]);
});

it('no rule with a fix was left out', () => {
  expect(rules.filter(({ id, writes }) => writes.length > 0 && !written.has(id)).map(({ id }) => id)).toEqual([]);
});
