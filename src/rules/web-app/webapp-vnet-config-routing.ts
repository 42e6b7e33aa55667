import { defineRule, type Source } from '../../domain/rules/rule.ts';
import { PATCH_RISK } from '../checks/app-service/unpublished-properties.ts';
import { judgeRouting, routeThrough, type Traffic } from '../checks/network/vnet-routing.ts';
import { type Setting, siteDeclaration, siteSource } from '../declare/declarations.ts';
import { type Body, declared } from '../declare/printers.ts';

const KINDS: readonly Traffic[] = ['imagePullTraffic', 'contentShareTraffic', 'backupRestoreTraffic'];
const NAMES: Readonly<Partial<Record<Traffic, string>>> = {
  imagePullTraffic: 'image pulls',
  contentShareTraffic: 'the content share',
  backupRestoreTraffic: 'backups',
};
const ATTRIBUTES: Readonly<Partial<Record<Traffic, string>>> = {
  imagePullTraffic: 'vnet_image_pull_enabled',
  backupRestoreTraffic: 'virtual_network_backup_restore_enabled',
};

export const rule = defineRule({
  id: 'webapp-vnet-config-routing',
  title: 'Configuration traffic (image pull, content share, backup) is routed through the VNet',
  why: 'Traffic for images, content and backups outside of the virtual network needs a registry and a storage account on the internet.',
  fix: 'Sets those of `imagePullTraffic`, `contentShareTraffic` and `backupRestoreTraffic` of `outboundVnetRouting` to true that are not.',
  risk: `Images are no longer pulled, and content and backups no longer found, if registry and storage cannot be reached from the subnet. ${PATCH_RISK}`,
  differs:
    'The policies also check apps without VNet integration. These have no network to route through, so the rule does not apply to them here.',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'plan'],
  references: {
    'Azure Policy': ['801543d1-1953-4a90-b8b0-8cf6d41473a5'],
    'Azure Policy (slots)': ['5747353b-1ca9-42c1-a4dd-b874b894f3d4'],
    MCSB: ['NS-2'],
  },
  check: (snapshot) =>
    judgeRouting(snapshot, KINDS, {
      right: 'What the platform fetches goes through the virtual network.',
      wrong: (past) => `Past the virtual network go: ${past.map((kind) => NAMES[kind]).join(', ')}.`,
    }),
  source(changes) {
    const settings: readonly Setting[] = changes.length > 0 ? changes : KINDS.map(routeThrough);
    const withAttribute = KINDS.filter((kind) => settings.some(({ path }) => path === routeThrough(kind).path));
    return linesOf(settings, withAttribute);
  },
});

/** azurerm has two of the three, one of them under another name for Windows; azapi sets the third. */
function linesOf(settings: readonly Setting[], kinds: readonly Traffic[]): Source {
  const attributes: Body = Object.fromEntries(
    kinds.flatMap((kind) => {
      const name = ATTRIBUTES[kind];
      return name === undefined ? [] : [[name, true]];
    }),
  );
  const { azurerm, ...declaration } = siteDeclaration(settings, attributes);
  const linux = declared({ ...declaration, azurerm: azurerm && { resource: azurerm.resource, body: attributes } });
  const share = settings.filter(({ path }) => path === routeThrough('contentShareTraffic').path);
  const terraform = [
    ...(Object.keys(attributes).length > 0 ? [`${linux.terraform}\n${WINDOWS}`] : []),
    ...(share.length > 0 ? [siteSource(share, null).terraform] : []),
  ].join('\n\n');
  return { bicep: linux.bicep, terraform };
}

const WINDOWS =
  '# azurerm_windows_web_app has virtual_network_image_pull_enabled, and virtual_network_backup_restore_enabled as well.';
