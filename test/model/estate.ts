/** The apps of the model, in two subscriptions, with the leaves that users and pipelines change. */
import type { DocumentName } from '../../src/domain/resources/documents.ts';
import { type Json, sameJson } from '../../src/domain/resources/json.ts';
import type { FakeArm } from '../fakes/azure/arm.ts';
import { seedWebApp } from '../fakes/azure/resources.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../rules/fixtures/container-app.ts';
import { SITE_ID } from '../rules/fixtures/web-app.ts';

export const SUBSCRIPTIONS = [SITE_ID.split('/')[2] ?? '', '99999999-2222-3333-4444-555555555555'] as const;
const elsewhere = (id: string) => id.replace(SUBSCRIPTIONS[0], SUBSCRIPTIONS[1]);

const WEB_APPS = [SITE_ID, `${SITE_ID}-blog`, elsewhere(SITE_ID)];
const CONTAINER_APPS = [elsewhere(CONTAINER_APP_ID)];
export const APPS = [...WEB_APPS, ...CONTAINER_APPS];

export interface Leaf {
  readonly rule: string;
  readonly document: DocumentName;
  readonly path: string;
  readonly right: Json;
  readonly wrong: readonly Json[];
  /** Whether the fix needs an approval. */
  readonly risky: boolean;
}

const WEB_LEAVES: readonly Leaf[] = [
  leaf('webapp-https-only', 'resource', 'httpsOnly', true, [false]),
  leaf('webapp-min-tls', 'config/web', 'minTlsVersion', '1.2', ['1.0', '1.1']),
  leaf('webapp-ftps-only', 'config/web', 'ftpsState', 'FtpsOnly', ['AllAllowed']),
  { ...leaf('webapp-remote-debugging', 'config/web', 'remoteDebuggingEnabled', false, [true]), risky: true },
  { ...leaf('webapp-cors-wildcard', 'config/web', 'cors/allowedOrigins', null, [['*'], ['*', 'a']]), risky: true },
];
const CONTAINER_LEAVES: readonly Leaf[] = [
  leaf('containerapp-insecure-ingress', 'resource', 'configuration/ingress/allowInsecure', false, [true]),
];
export const RULES = [...WEB_LEAVES, ...CONTAINER_LEAVES].map(({ rule }) => rule);

export function leavesOf(app: string): readonly Leaf[] {
  return CONTAINER_APPS.includes(app) ? CONTAINER_LEAVES : WEB_LEAVES;
}

export function isWrong({ wrong }: Leaf, value: Json): boolean {
  return wrong.some((one) => sameJson(one, value));
}

export function seedEstate(azure: FakeArm): void {
  for (const app of WEB_APPS) seedWebApp(azure, {}, app);
  for (const app of CONTAINER_APPS) {
    azure.seed(app, { resource: { ...containerApp(ingress({ allowInsecure: false, external: true })), id: app } });
  }
}

function leaf(rule: string, document: DocumentName, name: string, right: Json, wrong: Json[]): Leaf {
  return { rule, document, path: `/properties/${name}`, right, wrong, risky: false };
}
