/**
 * The API versions with which documents are read and written: the newest stable ones. An older version does not return
 * newer members, and a document that is written as a whole loses the members that were not returned.
 *
 * Sources: Azure.Bicep.Types.Az 0.2.972 (October 2026), and for Microsoft.Web, which it has up to 2025-03-01, the
 * TypeSpec in https://github.com/Azure/azure-rest-api-specs.
 */

/** Adds `outboundVnetRouting.managedIdentityTraffic` to 2025-05-01. */
export const WEB = '2026-03-15';
/** Adds the telemetry settings of an environment, and token stores with a managed identity, to 2025-07-01. */
export const APP = '2026-07-01';
/**
 * Stable versions do not return the labels of a revision. A revision with a label is not stale, although it has no
 * traffic.
 */
export const REVISIONS = '2026-03-02-preview';
/** For diagnostic settings. The newest stable version, 2016-09-01, has no category groups. */
export const DIAGNOSTICS = '2021-05-01-preview';
export const ALERTS = '2026-01-01';
export const NETWORK = '2026-03-01';
export const POLICY = '2026-07-01';
export const PRICINGS = '2026-07-01';
export const ROLE_ASSIGNMENTS = '2022-04-01';
/** For what all resources have: groups, tags, lists. */
export const RESOURCES = '2021-04-01';
export const SUBSCRIPTIONS = '2022-12-01';
/** Of Azure Monitor's metrics. */
export const METRICS = '2024-02-01';
