/** References of container images, as Docker parses them: `host:port/repository:tag@digest`. */

import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, type Source, unknown } from '../../../domain/rules/rule.ts';
import { containerAppSource } from '../../declare/declarations.ts';
import { Block } from '../../declare/printers.ts';
import { azureRegistryIn } from './container-registries.ts';
import { judgeContainers, nameOf } from './containers.ts';

export interface Image {
  /** As in the template. */
  readonly reference: string;
  /** The registry, as `registryOf` names it; `docker.io` where the reference has none. */
  readonly registry: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

const DOCKER_HUB = 'docker.io';
/** Other names of Docker's registry. */
const ALSO_DOCKER_HUB = new Set(['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/** Checks the images of all containers of an app, init containers included. */
export function judgeImages(snapshot: Snapshot, judge: (images: readonly Image[]) => CheckResult): CheckResult {
  return judgeContainers(snapshot, ({ all }) => {
    const invalid = all.find(({ image }) => imageOf(image) === null);
    if (invalid) return unknown(`The container ${nameOf(invalid)} has an image that is no reference of one.`);
    return judge(all.flatMap(({ image }) => imageOf(image) ?? []));
  });
}

/** The parts of a reference; null when it is none. */
export function imageOf(reference: unknown): Image | null {
  if (typeof reference !== 'string') return null;
  const [, name, digest] = /^([^\s@]+)(?:@(\w+:\w+))?$/.exec(reference.trim()) ?? [];
  if (name === undefined) return null;
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  // Without a dot or a port the first part is a namespace of Docker's registry, as in `library/nginx`.
  const isHost = /[.:]/.test(first) || first.toLowerCase() === 'localhost';
  const [, repository, tag] = /^([^:]+)(?::([^:]+))?$/.exec(isHost ? name.slice(slash + 1) : name) ?? [];
  if (repository === undefined) return null;
  const registry = isHost ? registryOf(first) : DOCKER_HUB;
  return { reference, registry, tag: tag ?? null, digest: digest ?? null };
}

/** The lines for an image with a tag, in an own registry. */
export function imageSource(): Source {
  const container = { name: 'app', image: 'contoso.azurecr.io/app:1.4.2' };
  return containerAppSource([{ document: 'resource', path: '/properties/template/containers', to: [container] }], {
    template: new Block({ container: new Block(container) }),
  });
}

/** The host of a registry in the form that is compared; that of Azure is without its port. */
export function registryOf(host: string): string {
  const name = host.trim().toLowerCase();
  return ALSO_DOCKER_HUB.has(name) ? DOCKER_HUB : (azureRegistryIn(name) ?? name);
}
