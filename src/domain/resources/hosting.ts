/** Hosting and operating system of a web app, from its own body. */
import { isObject, type JsonObject } from './json.ts';
import { bodyOf, kindsOf, type Snapshot } from './snapshot.ts';

export type Hosting = 'app-service' | 'container-apps' | 'arc';

/** Where a site is hosted; App Service when the site was not read. */
export function hostingOf(snapshot: Snapshot): Hosting {
  const kinds = kindsOf(snapshot);
  const { managedEnvironmentId } = siteOf(snapshot) ?? {};
  // Container apps have the same property, with their environment.
  const inEnvironment = snapshot.resource.kind === 'web-app' && (managedEnvironmentId ?? '') !== '';
  if (kinds.includes('azurecontainerapps') || inEnvironment) return 'container-apps';
  return kinds.includes('kubernetes') ? 'arc' : 'app-service';
}

/**
 * The operating system of a site; null when its body does not show it. `reserved` follows the plan, and `kind` is what
 * the client wrote when it created the site. So `reserved` has priority.
 */
export function operatingSystemOf(snapshot: Snapshot): 'linux' | 'windows' | null {
  const { reserved } = siteOf(snapshot) ?? {};
  if (typeof reserved === 'boolean') return reserved ? 'linux' : 'windows';
  const kinds = kindsOf(snapshot);
  if (kinds.length === 0) return null;
  return kinds.includes('linux') ? 'linux' : 'windows';
}

/** The properties of a site; null when it was not read. */
export function siteOf(snapshot: Snapshot): JsonObject | null {
  const properties = bodyOf(snapshot, 'resource')?.properties;
  return isObject(properties) ? properties : null;
}
