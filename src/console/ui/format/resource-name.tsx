/** The name of a resource with its kind and resource group. Names come from Azure, so they are kept apart in direction. */
import { resourceGroupOf, wordOfType } from '../scope/scope.ts';

export interface Named {
  readonly id: string;
  readonly type: string;
  readonly name: string;
}

export function ResourceName({ resource, href }: { resource: Named; href?: string }) {
  const group = resourceGroupOf(resource.id);
  const name = <bdi>{resource.name || resource.id}</bdi>;
  return (
    <span class="resource-name" title={resource.id}>
      {href ? <a href={href}>{name}</a> : <span>{name}</span>}
      <small>
        {wordOfType(resource.type)}
        {group && (
          <>
            {' · '}
            <bdi>{group}</bdi>
          </>
        )}
      </small>
    </span>
  );
}

/** Who did something: a name, or the object id of somebody without one. */
export function Person({
  of,
}: {
  of: { readonly objectId?: string; readonly name?: string; readonly type?: string } | null | undefined;
}) {
  if (!of) return <>–</>;
  return (
    <span title={of.objectId}>
      <bdi>{of.name ?? of.objectId ?? (of.type === 'service' ? 'Plumbline' : '–')}</bdi>
      {of.type === 'app' && <small> (application)</small>}
    </span>
  );
}
