import type { Change } from '../../../src/domain/changes/change.ts';
import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-diagnostics.ts';
import {
  category,
  group,
  OTHER_WORKSPACE,
  STORAGE,
  setting,
  settings,
  WORKSPACE,
} from '../fixtures/diagnostic-settings.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const withSettings = (...value: Parameters<typeof settings>) => ({
  resource: site(),
  diagnosticSettings: settings(...value),
});
const ofKind = (kind: string, ...value: Parameters<typeof settings>) => ({
  resource: site({}, { kind }),
  diagnosticSettings: settings(...value),
});
const parameters = { workspaceId: WORKSPACE };
const added: Change = {
  document: 'diagnosticSettings',
  path: '/value/plumbline/properties',
  from: null,
  to: { workspaceId: WORKSPACE, logs: [{ categoryGroup: 'allLogs', enabled: true }] },
};
const http = category('AppServiceHTTPLogs');
const audit = category('AppServiceAuditLogs');
const extending = (name: string, from: Json[], to: Json[]): Change => ({
  document: 'diagnosticSettings',
  path: `/value/${name}/properties/logs`,
  from,
  to,
});
const archive = (name: string) => setting(name, { storageAccountId: STORAGE, logs: [category('AppServiceAuditLogs')] });

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: 'a setting with a destination and, for web apps, AppServiceHTTPLogs',
      documents: withSettings(setting('a', { workspaceId: OTHER_WORKSPACE, logs: [http] })),
    },
    {
      title: 'a setting with a destination and, for web apps, categoryGroup allLogs',
      documents: withSettings(setting('a', { storageAccountId: STORAGE, logs: [group('allLogs')] })),
    },
    {
      title: 'an event hub is a destination',
      documents: withSettings(setting('a', { eventHubAuthorizationRuleId: 'hub', logs: [http] })),
    },
    {
      title: 'a partner is a destination',
      documents: withSettings(setting('a', { marketplacePartnerId: 'partner', logs: [group('ALLLOGS')] })),
    },
    {
      title: 'function apps FunctionAppLogs',
      documents: ofKind(
        'functionapp,linux',
        setting('a', { workspaceId: WORKSPACE, logs: [category('FunctionAppLogs')] }),
      ),
    },
    {
      title: 'logic apps WorkflowRuntime',
      documents: ofKind(
        'functionapp,workflowapp',
        setting('a', { workspaceId: WORKSPACE, logs: [category('WorkflowRuntime')] }),
      ),
    },
    {
      title: 'ignore retentionPolicy (deprecated)',
      documents: withSettings(
        setting('a', {
          storageAccountId: STORAGE,
          logs: [{ ...http, retentionPolicy: { enabled: true, days: 1 } }],
        }),
      ),
    },
    {
      title: 'function apps FunctionAppLogs or allLogs',
      documents: ofKind('functionapp', setting('a', { storageAccountId: STORAGE, logs: [group('allLogs')] })),
    },
    {
      title: 'logic apps WorkflowRuntime or allLogs',
      documents: ofKind('workflowapp', setting('a', { storageAccountId: STORAGE, logs: [group('allLogs')] })),
    },
    {
      title: 'all logs count for any kind, even when the site was not read',
      documents: { diagnosticSettings: settings(setting('a', { workspaceId: WORKSPACE, logs: [group('allLogs')] })) },
    },
  ],
  violation: [
    {
      title: 'no setting at all: a setting plumbline is added',
      documents: withSettings(),
      parameters,
      tier: 'safe',
      changes: [added],
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: withSettings(),
      parameters,
      tier: 'safe',
      changes: [added],
    },
    {
      title: 'no workspace configured = advice that names the setting',
      documents: withSettings(),
      tier: 'advice',
      changes: [],
      reason: /PLUMBLINE_WORKSPACE_ID/,
    },
    {
      title: 'the built-in passes on ANY one enabled log category: here another one is not enough',
      documents: withSettings(archive('a')),
      parameters,
      tier: 'safe',
      changes: [added],
    },
    {
      title: 'a setting without a destination sends nothing',
      documents: withSettings(setting('a', { workspaceId: '', logs: [http] })),
      parameters,
      tier: 'safe',
      changes: [added],
    },
    {
      title: 'metrics alone to the same workspace',
      documents: withSettings(
        setting('a', { workspaceId: WORKSPACE, logs: [], metrics: [{ category: 'AllMetrics', enabled: true }] }),
      ),
      parameters,
      tier: 'safe',
      changes: [added],
    },
    {
      title: 'AppServiceHTTPLogs do not count for a function app',
      documents: ofKind('functionapp', setting('a', { storageAccountId: STORAGE, logs: [http] })),
      parameters,
      tier: 'risky',
      changes: [added],
    },
    {
      title:
        'a setting of others that already sends part of it to the same workspace = risky, and is extended by category',
      documents: withSettings(
        setting('Audit trail', {
          workspaceId: WORKSPACE.toUpperCase(),
          logs: [category('AppServiceAuditLogs'), category('AppServiceHTTPLogs', false)],
        }),
      ),
      parameters,
      tier: 'risky',
      changes: [
        {
          document: 'diagnosticSettings',
          path: '/value/Audit trail/properties/logs',
          from: [category('AppServiceAuditLogs'), category('AppServiceHTTPLogs', false)],
          to: [category('AppServiceAuditLogs'), http],
        },
      ],
      reason: /'Audit trail'/,
    },
    {
      title: 'a setting of others in groups is extended by allLogs',
      documents: withSettings(setting('groups', { workspaceId: WORKSPACE, logs: [group('audit')] })),
      parameters,
      tier: 'risky',
      changes: [
        {
          document: 'diagnosticSettings',
          path: '/value/groups/properties/logs',
          from: [group('audit')],
          to: [group('audit'), { categoryGroup: 'allLogs', enabled: true }],
        },
      ],
    },
    {
      title: 'a setting without a name cannot be written: advice',
      documents: withSettings({ properties: { workspaceId: WORKSPACE, logs: [group('audit')] } }),
      parameters,
      tier: 'advice',
      changes: [],
      reason: /let it send these, too/,
    },
    {
      title: 'ids of workspaces compare without case and without their first slash',
      documents: withSettings(setting('a', { workspaceId: WORKSPACE.slice(1).toLowerCase(), logs: [audit] })),
      parameters,
      tier: 'risky',
      changes: [extending('a', [audit], [audit, { category: 'AppServiceHTTPLogs', enabled: true }])],
    },
    {
      title: 'the style of a setting is that of what it sends',
      documents: withSettings(setting('a', { workspaceId: WORKSPACE, logs: [audit, group('allLogs', false)] })),
      parameters,
      tier: 'risky',
      changes: [
        extending(
          'a',
          [audit, group('allLogs', false)],
          [audit, group('allLogs', false), { category: 'AppServiceHTTPLogs', enabled: true }],
        ),
      ],
    },
    {
      title: 'a setting that sends a group is extended by a group',
      documents: withSettings(setting('a', { workspaceId: WORKSPACE, logs: [audit, group('audit')] })),
      parameters,
      tier: 'risky',
      changes: [
        extending('a', [audit, group('audit')], [audit, group('audit'), { categoryGroup: 'allLogs', enabled: true }]),
      ],
    },
    {
      title: 'our own setting that sends other categories is extended, and stays safe',
      documents: withSettings(setting('Plumbline', { workspaceId: WORKSPACE, logs: [audit] })),
      parameters,
      tier: 'safe',
      changes: [extending('Plumbline', [audit], [audit, { category: 'AppServiceHTTPLogs', enabled: true }])],
    },
    {
      title: 'our own setting that lost its destination gets it back',
      documents: withSettings(setting('plumbline', { logs: [group('allLogs')] })),
      parameters,
      tier: 'safe',
      changes: [
        {
          document: 'diagnosticSettings',
          path: '/value/plumbline/properties/workspaceId',
          from: null,
          to: WORKSPACE,
        },
      ],
    },
    {
      title: 'our own setting without the logs is mended, and stays safe',
      documents: withSettings(setting('plumbline', { workspaceId: WORKSPACE, logs: [group('allLogs', false)] })),
      parameters,
      tier: 'safe',
      changes: [
        {
          document: 'diagnosticSettings',
          path: '/value/plumbline/properties/logs',
          from: [group('allLogs', false)],
          to: [group('allLogs')],
        },
      ],
    },
    {
      title: 'five settings exist already: advice',
      documents: withSettings(...['a', 'b', 'c', 'd', 'e'].map(archive)),
      parameters,
      tier: 'advice',
      changes: [],
      reason: /5 diagnostic settings/,
    },
    {
      title: 'four settings leave room for one',
      documents: withSettings(...['a', 'b', 'c', 'd'].map(archive)),
      parameters,
      tier: 'safe',
      changes: [added],
    },
    {
      title: 'nothing is sent, whatever the kind: the site need not be read',
      documents: { diagnosticSettings: settings() },
      parameters,
      tier: 'safe',
      changes: [added],
    },
  ],
  unknown: [
    { title: 'not read', documents: { resource: site() }, parameters },
    { title: '404', documents: { resource: site(), diagnosticSettings: null }, parameters },
    {
      title: 'a setting that nobody understands may send them: nothing is written',
      documents: withSettings({ name: 'a', properties: null }),
      parameters,
    },
    {
      title: 'a setting that is none',
      documents: { resource: site(), diagnosticSettings: { value: [null] } },
      parameters,
    },
    {
      title: 'logs in a form that nobody knows',
      documents: withSettings(setting('plumbline', { workspaceId: WORKSPACE, logs: 'all' })),
      parameters,
    },
    { title: 'not a list', documents: { resource: site(), diagnosticSettings: { value: null } }, parameters },
    {
      title: 'whether the category that is sent counts depends on the kind, which was not read',
      documents: { diagnosticSettings: settings(setting('a', { workspaceId: WORKSPACE, logs: [http] })) },
      parameters,
    },
  ],
});
