/** References of container images, as Docker reads them: `host:port/repository:tag@digest`. */
import { type Judgement, type Source, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { azureRegistryIn } from './container-registries.ts';
import { judgeContainers, nameOf } from './containers.ts';
import { Block } from './source-lines.ts';
import { containerAppSource } from './sources.ts';

export interface Image {
  /** As the template writes it. */
  readonly reference: string;
  /** Where it is pulled from, as registryOf names it; `docker.io` where the reference names none. */
  readonly registry: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

const DOCKER_HUB = 'docker.io';
/** Docker's registry under the other names that clients know it by. */
const ALSO_DOCKER_HUB = new Set(['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/** Judges the images of all containers of an app, init containers included. */
export function judgeImages(snapshot: Snapshot, judge: (images: readonly Image[]) => Judgement): Judgement {
  return judgeContainers(snapshot, ({ all }) => {
    const strange = all.find(({ image }) => imageOf(image) === null);
    if (strange) return unknown(`The container ${nameOf(strange)} has an image that is no reference of one.`);
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
  // Without a dot or a port the first part is a folder of Docker's own registry, as in `library/nginx`.
  const isHost = /[.:]/.test(first) || first.toLowerCase() === 'localhost';
  const [, repository, tag] = /^([^:]+)(?::([^:]+))?$/.exec(isHost ? name.slice(slash + 1) : name) ?? [];
  if (repository === undefined) return null;
  const registry = isHost ? registryOf(first) : DOCKER_HUB;
  return { reference, registry, tag: tag ?? null, digest: digest ?? null };
}

/** An image of a registry of one's own, with a tag of its own. */
export function imageSource(): Source {
  const container = { name: 'app', image: 'contoso.azurecr.io/app:1.4.2' };
  return containerAppSource([{ document: 'resource', path: '/properties/template/containers', to: [container] }], {
    template: new Block({ container: new Block(container) }),
  });
}

/** The host of a registry under the one name that it is compared by; that of Azure answers at one port only. */
export function registryOf(host: string): string {
  const name = host.trim().toLowerCase();
  return ALSO_DOCKER_HUB.has(name) ? DOCKER_HUB : (azureRegistryIn(name) ?? name);
}
