/**
 * The versions of Azure's APIs that documents are read and written with: the newest stable ones. A version does not show
 * what it does not know, and a document that is written whole loses what was not shown.
 *
 * Sources: Azure.Bicep.Types.Az 0.2.972 (October 2026), and for Microsoft.Web, which it knows up to 2025-03-01, the TypeSpec
 * in https://github.com/Azure/azure-rest-api-specs.
 */

/** Over 2025-05-01 it adds `outboundVnetRouting.managedIdentityTraffic`. */
export const WEB = '2026-03-15';
/** Over 2025-07-01 it adds what an environment tells of its telemetry, and token stores that an identity opens. */
export const APP = '2026-07-01';
/** Stable versions do not tell the labels of a revision, which keep one that has no traffic from being a leftover. */
export const REVISIONS = '2026-03-02-preview';
/** Of diagnostic settings. The newest stable one, 2016-09-01, knows no groups of categories. */
export const DIAGNOSTICS = '2021-05-01-preview';
export const ALERTS = '2026-01-01';
export const NETWORK = '2026-03-01';
export const POLICY = '2026-07-01';
export const PRICINGS = '2026-07-01';
export const ROLE_ASSIGNMENTS = '2022-04-01';
/** For what all resources have: groups, tags, lists of them. */
export const RESOURCES = '2021-04-01';
export const SUBSCRIPTIONS = '2022-12-01';
