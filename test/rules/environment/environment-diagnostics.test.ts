import type { Change } from '../../../src/domain/changes/change.ts';
import { rule } from '../../../src/rules/environment/environment-diagnostics.ts';
import { ENVIRONMENT_ID, environment } from '../fixtures/container-app.ts';
import { category, group, STORAGE, setting, settings, WORKSPACE } from '../fixtures/diagnostic-settings.ts';
import { environmentWith } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const withDestination = (destination: string | null, ...value: Parameters<typeof settings>) => ({
  resource: environment({ destination, logAnalyticsConfiguration: null }),
  diagnosticSettings: settings(...value),
});
const parameters = { workspaceId: WORKSPACE };
const switched = {
  document: 'resource',
  path: '/properties/appLogsConfiguration/destination',
  to: 'azure-monitor',
} as const;
const added: Change = {
  document: 'diagnosticSettings',
  path: '/value/plumbline/properties',
  from: null,
  to: { workspaceId: WORKSPACE, logs: [{ categoryGroup: 'allLogs', enabled: true }] },
};
const consoleLogs = category('ContainerAppConsoleLogs');
const systemLogs = category('ContainerAppSystemLogs');

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    { title: '"log-analytics"', documents: withDestination('log-analytics') },
    { title: 'destination compares without case', documents: withDestination('Log-Analytics') },
    {
      title: '"log-analytics" needs no diagnostic settings',
      documents: { resource: environment({ destination: 'log-analytics' }) },
    },
    {
      title: '"azure-monitor" with a setting that sends console and system logs',
      documents: withDestination(
        'azure-monitor',
        setting('a', { storageAccountId: STORAGE, logs: [consoleLogs, systemLogs] }),
      ),
    },
    {
      title: '"azure-monitor" with allLogs',
      documents: withDestination('azure-monitor', setting('a', { workspaceId: WORKSPACE, logs: [group('allLogs')] })),
    },
    {
      title: 'console and system logs from several settings together',
      documents: withDestination(
        'azure-monitor',
        setting('a', { workspaceId: WORKSPACE, logs: [consoleLogs] }),
        setting('b', { storageAccountId: STORAGE, logs: [systemLogs] }),
      ),
    },
  ],
  violation: [
    {
      title: '"none" = fail: the destination, then the setting',
      documents: withDestination('none'),
      parameters,
      tier: 'safe',
      changes: [added, { ...switched, from: 'none' }],
    },
    {
      title: 'null = fail',
      documents: withDestination(null),
      parameters,
      tier: 'safe',
      changes: [added, { ...switched, from: null }],
      undo: false,
    },
    {
      title: 'absent = fail',
      documents: { resource: environment(null), diagnosticSettings: settings() },
      parameters,
      tier: 'safe',
      changes: [added, { ...switched, from: null }],
      undo: false,
    },
    {
      title: '"" = fail',
      documents: withDestination(''),
      parameters,
      tier: 'safe',
      changes: [added, { ...switched, from: '' }],
    },
    {
      title: 'azure-monitor without a setting: the PUT alone',
      documents: withDestination('azure-monitor'),
      parameters,
      tier: 'safe',
      changes: [added],
    },
    {
      title: 'a setting that would send them already: the destination alone',
      documents: withDestination('none', setting('a', { workspaceId: WORKSPACE, logs: [group('allLogs')] })),
      parameters,
      tier: 'safe',
      changes: [{ ...switched, from: 'none' }],
    },
    {
      title: 'a setting of others to the same workspace is extended by what is missing: risky',
      documents: withDestination('azure-monitor', setting('a', { workspaceId: WORKSPACE, logs: [consoleLogs] })),
      parameters,
      tier: 'risky',
      changes: [
        {
          document: 'diagnosticSettings',
          path: '/value/a/properties/logs',
          from: [consoleLogs],
          to: [consoleLogs, { category: 'ContainerAppSystemLogs', enabled: true }],
        },
      ],
    },
    {
      title: 'no workspace configured = advice',
      documents: withDestination('none'),
      tier: 'advice',
      changes: [],
      reason: /PLUMBLINE_WORKSPACE_ID/,
    },
    {
      title: 'none and no workspace: advice, whether or not the settings were read',
      documents: { resource: environment({ destination: 'none' }) },
      tier: 'advice',
      changes: [],
      reason: /PLUMBLINE_WORKSPACE_ID/,
    },
    {
      title: 'azure-monitor without a setting and without a workspace = advice',
      documents: withDestination('azure-monitor'),
      tier: 'advice',
      changes: [],
      reason: /PLUMBLINE_WORKSPACE_ID/,
    },
    {
      title: 'five settings: logs must not be routed into nothing',
      documents: withDestination(
        'none',
        ...['a', 'b', 'c', 'd', 'e'].map((name) => setting(name, { storageAccountId: STORAGE, logs: [] })),
      ),
      parameters,
      tier: 'advice',
      changes: [],
    },
  ],
  unknown: [
    { title: 'not read', documents: {}, parameters },
    {
      title: 'a configuration that is no object',
      documents: { resource: environmentWith({ appLogsConfiguration: 'none' }) },
    },
    { title: 'an unrecognised destination', documents: withDestination('event-hub'), parameters },
    {
      title: 'azure-monitor, settings not read',
      documents: { resource: environment({ destination: 'azure-monitor' }) },
    },
    {
      title: 'a setting whose workspace is no text',
      documents: {
        resource: environment({ destination: 'azure-monitor' }),
        diagnosticSettings: settings(setting('plumbline', { workspaceId: 7, logs: [] })),
      },
      parameters,
    },
    {
      title: 'none, settings not read: what to write is not known',
      documents: { resource: environment(null) },
      parameters,
    },
  ],
});
