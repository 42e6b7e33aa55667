import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-ftps-only.ts';
import { SITE_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (ftpsState: Json) => ({ resource: site(), 'config/web': webConfig({ ftpsState }) });
const change = { document: 'config/web', path: '/properties/ftpsState', to: 'FtpsOnly' } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: '"FtpsOnly"', documents: documents('FtpsOnly') },
    { title: '"Disabled": left alone', documents: documents('Disabled') },
    { title: 'case-insensitive', documents: documents('ftpsonly') },
    {
      title: 'what Flex Consumption says of itself',
      documents: {
        ...documents('FtpsOnly'),
        resource: site({ sku: 'FlexConsumption' }, { kind: 'functionapp,linux' }),
      },
    },
  ],
  violation: [
    {
      title: '"AllAllowed" = fail',
      documents: documents('AllAllowed'),
      tier: 'safe',
      changes: [{ ...change, from: 'AllAllowed' }],
    },
    {
      title: 'null in config/web = fail (historic default is AllAllowed)',
      documents: documents(null),
      tier: 'safe',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'unknown string = fail',
      documents: documents('Sometimes'),
      tier: 'safe',
      changes: [{ ...change, from: 'Sometimes' }],
    },
  ],
  notApplicable: [
    {
      title: 'Flex Consumption has no FTP and refuses the property: by what the site says of the plan',
      documents: {
        ...documents('AllAllowed'),
        resource: site({ sku: 'FlexConsumption' }, { kind: 'functionapp,linux' }),
      },
      reason: /FlexConsumption has no FTP/,
    },
    {
      title: 'hosted on Container Apps',
      documents: { ...documents('AllAllowed'), resource: site({}, { kind: 'functionapp,linux,azurecontainerapps' }) },
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() } },
    { title: 'no string at all', documents: documents({ state: 'AllAllowed' }) },
    { title: 'a number', documents: documents(1) },
    { title: 'config/web must exist', documents: { resource: site(), 'config/web': null } },
  ],
});
