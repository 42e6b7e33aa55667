/** Realistic changes for `npm run drift`: of apps of the sample estate, each by one of its callers. */

import { idOf, people, pipeline } from '../../simulator/estate.ts';
import type { Caller } from '../../simulator/simulator.ts';

export interface Drift {
  readonly name: string;
  /** What happened, in one sentence. */
  readonly story: string;
  readonly caller: Caller;
  readonly resource: string;
  readonly document: string;
  readonly patch: unknown;
  /** The rule that sees it. */
  readonly rule: string;
  /** The fix makes the app ill. `property` is what the fix changes. */
  readonly outage?: { readonly property: string };
}

const site = (name: string) => idOf('Microsoft.Web/sites', { name });
const app = (name: string) => idOf('Microsoft.App/containerApps', { name });

export const drifts: readonly Drift[] = [
  {
    name: 'tls',
    story: 'Ada lets an old client in: storefront accepts TLS 1.0 again.',
    caller: people.ada,
    resource: site('storefront'),
    document: 'config/web',
    patch: { properties: { minTlsVersion: '1.0' } },
    rule: 'webapp-min-tls',
  },
  {
    name: 'https',
    story: 'The pipeline deploys an old template: storefront answers plain HTTP.',
    caller: pipeline,
    resource: site('storefront'),
    document: 'resource',
    patch: { properties: { httpsOnly: false } },
    rule: 'webapp-https-only',
  },
  {
    name: 'ftp',
    story: 'Katherine opens clear-text FTP on the intranet for a contractor.',
    caller: people.katherine,
    resource: site('intranet'),
    document: 'config/web',
    patch: { properties: { ftpsState: 'AllAllowed' } },
    rule: 'webapp-ftps-only',
  },
  {
    name: 'ingress',
    story: 'Grace lets checkout answer clear-text HTTP to make a probe work.',
    caller: people.grace,
    resource: app('checkout'),
    document: 'resource',
    patch: { properties: { configuration: { ingress: { allowInsecure: true } } } },
    rule: 'containerapp-insecure-ingress',
  },
  {
    name: 'debugging',
    story: 'Grace attaches a debugger to storefront. Turning it off needs a person.',
    caller: people.grace,
    resource: site('storefront'),
    document: 'config/web',
    patch: { properties: { remoteDebuggingEnabled: true } },
    rule: 'webapp-remote-debugging',
  },
  {
    name: 'cors',
    story: 'Ada opens CORS of storefront to everybody. Closing it needs a person.',
    caller: people.ada,
    resource: site('storefront'),
    document: 'config/web',
    patch: { properties: { cors: { allowedOrigins: ['*'], supportCredentials: false } } },
    rule: 'webapp-cors-wildcard',
  },
  {
    name: 'outage',
    story: 'The pipeline lets an old client of catalog-api in. After the fix, catalog-api does not come up.',
    caller: pipeline,
    resource: site('catalog-api'),
    document: 'config/web',
    patch: { properties: { minTlsVersion: '1.0' } },
    rule: 'webapp-min-tls',
    outage: { property: 'properties.minTlsVersion' },
  },
];
