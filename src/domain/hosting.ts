/** Where a web app is hosted and on which operating system it runs, as its own body says it. */
import { isObject, type JsonObject } from './json.ts';
import { bodyOf, kindsOf, type Snapshot } from './snapshot.ts';

export type Hosting = 'app-service' | 'container-apps' | 'arc';

/** Where a site is hosted; App Service as long as the site itself was not read. */
export function hostingOf(snapshot: Snapshot): Hosting {
  const kinds = kindsOf(snapshot);
  const { managedEnvironmentId } = siteOf(snapshot) ?? {};
  // A container app names its environment by the same property.
  const inEnvironment = snapshot.resource.kind === 'web-app' && (managedEnvironmentId ?? '') !== '';
  if (kinds.includes('azurecontainerapps') || inEnvironment) return 'container-apps';
  return kinds.includes('kubernetes') ? 'arc' : 'app-service';
}

/**
 * The operating system of a site; null where its body does not say. `reserved` follows the plan, while `kind` is what the
 * client wrote when it made the site, so `reserved` decides where both say something.
 */
export function systemOf(snapshot: Snapshot): 'linux' | 'windows' | null {
  const { reserved } = siteOf(snapshot) ?? {};
  if (typeof reserved === 'boolean') return reserved ? 'linux' : 'windows';
  const kinds = kindsOf(snapshot);
  if (kinds.length === 0) return null;
  return kinds.includes('linux') ? 'linux' : 'windows';
}

/** The properties of a site that was read. */
export function siteOf(snapshot: Snapshot): JsonObject | null {
  const properties = bodyOf(snapshot, 'resource')?.properties;
  return isObject(properties) ? properties : null;
}
