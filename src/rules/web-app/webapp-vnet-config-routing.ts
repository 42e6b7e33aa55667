/** What the platform fetches for an app goes past its network unless it is told otherwise. */
import * as z from 'zod';
import { defineRule, type Source } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { type Body, declared } from '../source-lines.ts';
import { type Setting, siteDeclaration, siteSource } from '../sources.ts';
import { PATCH_RISK } from '../unpublished-properties.ts';
import { judgeRouting, routeThrough, type Traffic } from '../vnet-routing.ts';

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
  version: 1,
  title: 'Configuration traffic (image pull, content share, backup) is routed through the VNet',
  why: 'Images, content and backups that go past the virtual network need a registry and a storage account on the internet.',
  fix: 'Sets those of `imagePullTraffic`, `contentShareTraffic` and `backupRestoreTraffic` of `outboundVnetRouting` to true that are not.',
  risk: `Images are no longer pulled, and content and backups no longer found, if registry and storage cannot be reached from the subnet. ${PATCH_RISK}`,
  differs:
    'The policies ask it of apps without VNet integration, too. Those have no network to route through, so it does not apply to them here.',
  severity: 'low',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: ['resource', 'plan'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['801543d1-1953-4a90-b8b0-8cf6d41473a5'],
    'Azure Policy (slots)': ['5747353b-1ca9-42c1-a4dd-b874b894f3d4'],
    MCSB: ['NS-2'],
  }),
  check(snapshot) {
    return judgeRouting(snapshot, KINDS, {
      right: 'What the platform fetches goes through the virtual network.',
      wrong: (past) => `Past the virtual network go: ${past.map((kind) => NAMES[kind]).join(', ')}.`,
    });
  },
  source(changes) {
    const settings: readonly Setting[] = changes.length > 0 ? changes : KINDS.map(routeThrough);
    const withAttribute = KINDS.filter((kind) => settings.some(({ path }) => path === routeThrough(kind).path));
    return linesOf(settings, withAttribute);
  },
});

/** azurerm knows two of the three, and calls one of those differently for Windows; azapi sets the third. */
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
