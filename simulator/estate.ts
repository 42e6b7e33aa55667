// What builds estates: builders of resources, the callers in them, and a sample.

export {
  type ContainerAppOptions,
  containerApp,
  type EnvironmentOptions,
  environment,
} from './container-app/builders.ts';
export { allLogsTo, genericResource, idOf, plantedSecrets, workspaceId } from './estate/resource-seed.ts';
export { activityLogTo, resourceGroup, type SubscriptionOptions, subscription } from './estate/subscriptions.ts';
export { people, pipeline, subscriptionId, tenantId } from './identity/directory.ts';
export {
  activityLogAlert,
  certificate,
  metricAlert,
  registry,
  routeTable,
  subnet,
} from './sample-estate/related-resources.ts';
export { sampleEstate } from './sample-estate/sample-estate.ts';
export { functionApp, plan, slot, type WebAppOptions, webApp } from './web-app/builders.ts';
