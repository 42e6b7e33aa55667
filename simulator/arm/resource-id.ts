// What an ARM path points at: a resource, and below it a document. Ids compare without case.

export type ResourceKind =
  | 'site'
  | 'slot'
  | 'plan'
  | 'containerApp'
  | 'environment'
  | 'subnet'
  | 'other'
  | 'resourceGroup'
  | 'subscription';

export interface Address {
  kind: ResourceKind;
  /** As sent. */
  resourceId: string;
  /** Such as `Microsoft.Web/sites/slots`, in Azure's own casing where the kind is known. */
  type: string;
  subscriptionId: string;
  resourceGroup: string;
  /** Name of the resource itself, without its parents. */
  name: string;
  /** Path segments after the resource id, as sent. */
  rest: string[];
}

const kinds: readonly { kind: ResourceKind; type: string; pattern: string }[] = [
  { kind: 'slot', type: 'Microsoft.Web/sites/slots', pattern: 'microsoft.web/sites/*/slots/*' },
  { kind: 'site', type: 'Microsoft.Web/sites', pattern: 'microsoft.web/sites/*' },
  { kind: 'plan', type: 'Microsoft.Web/serverfarms', pattern: 'microsoft.web/serverfarms/*' },
  { kind: 'containerApp', type: 'Microsoft.App/containerApps', pattern: 'microsoft.app/containerapps/*' },
  { kind: 'environment', type: 'Microsoft.App/managedEnvironments', pattern: 'microsoft.app/managedenvironments/*' },
  {
    kind: 'subnet',
    type: 'Microsoft.Network/virtualNetworks/subnets',
    pattern: 'microsoft.network/virtualnetworks/*/subnets/*',
  },
  {
    kind: 'other',
    type: 'Microsoft.ContainerRegistry/registries/replications',
    pattern: 'microsoft.containerregistry/registries/*/replications/*',
  },
  { kind: 'other', type: '', pattern: '*/*/*' },
];
const patterns = kinds.map(({ pattern, ...kind }) => ({ ...kind, parts: pattern.split('/') }));

/** Types that are on a resource, a group or a subscription, and never resources of a group themselves. */
const extensionTypes = [
  'microsoft.authorization/locks',
  'microsoft.authorization/policyassignments',
  'microsoft.authorization/roleassignments',
  'microsoft.insights/diagnosticsettings',
  'microsoft.resources/tags',
];

/** Null for a path outside a subscription. */
export function addressOf(path: string): Address | null {
  const segments = path.split('/').filter((segment) => segment !== '');
  const [subscriptions, subscriptionId, resourceGroups, resourceGroup, providers] = segments;
  if (subscriptions?.toLowerCase() !== 'subscriptions' || !subscriptionId) return null;

  const at = (kind: ResourceKind, type: string, length: number): Address => ({
    kind,
    resourceId: `/${segments.slice(0, length).join('/')}`,
    type,
    subscriptionId,
    resourceGroup: resourceGroup ?? '',
    name: segments[length - 1] ?? '',
    rest: segments.slice(length),
  });

  if (resourceGroups?.toLowerCase() !== 'resourcegroups' || !resourceGroup) {
    return { ...at('subscription', 'Microsoft.Resources/subscriptions', 2), resourceGroup: '' };
  }
  const below = segments.slice(5);
  const isExtension = extensionTypes.includes(below.slice(0, 2).join('/').toLowerCase());
  if (providers?.toLowerCase() === 'providers' && !isExtension) {
    for (const { kind, type, parts } of patterns) {
      if (startsWith(below, parts)) return at(kind, type || `${below[0]}/${below[1]}`, 5 + parts.length);
    }
  }
  return at('resourceGroup', 'Microsoft.Resources/subscriptions/resourceGroups', 4);
}

/** The address of a resource id; throws when it is not one. */
export function resourceAddress(id: string): Address {
  const address = addressOf(id);
  if (!address || address.rest.length > 0)
    throw new Error(
      `'${id}' is not the id of a resource; it should look like /subscriptions/{id}/resourceGroups/{name}/providers/Microsoft.Web/sites/{name}`,
    );
  return address;
}

/** `Microsoft.Web/sites/x/slots/y`, as error messages name a resource or what is below it. */
export function typeAndName(address: Address): string {
  const [, , , , , ...below] = address.resourceId.split('/').filter((segment) => segment !== '');
  return [...below, ...address.rest].join('/');
}

/** The RBAC action of a request: types without names, and a verb. */
export function actionOf(method: string, address: Address, override?: string): string {
  const rest = [...address.rest];
  const called = method === 'POST' ? rest.pop() : undefined;
  const verb = called ? `${called}/action` : (verbs[method] ?? 'read');
  if (override) return `${address.type}/${override}/${verb}`;
  const [providers, namespace, ...extension] = rest;
  const type =
    providers?.toLowerCase() === 'providers' && namespace
      ? [canonicalNamespace(namespace), ...typesOf(extension)]
      : [address.type, ...typesOf(rest)];
  return [...type, verb].join('/');
}

/** The provider that answers for an address: the innermost one that it names. */
export function namespaceOf({ type, rest }: Address): string {
  // `providers/NAMESPACE` alone is about the provider, and Microsoft.Resources answers it.
  const [providers, namespace, inner] = rest;
  return (providers?.toLowerCase() === 'providers' && inner ? namespace : undefined) ?? type.split('/')[0] ?? '';
}

const verbs: Record<string, string> = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' };

function typesOf(segments: readonly string[]): string[] {
  return segments.filter((_, index) => index % 2 === 0);
}

function canonicalNamespace(namespace: string): string {
  return namespace.toLowerCase() === 'microsoft.insights' ? 'Microsoft.Insights' : namespace;
}

function startsWith(segments: readonly string[], pattern: readonly string[]): boolean {
  return pattern.every((part, index) => {
    const segment = segments[index];
    return segment !== undefined && (part === '*' || part === segment.toLowerCase());
  });
}
