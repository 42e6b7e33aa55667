import { rule } from '../../../src/rules/subscription/subscription-activity-log-export.ts';
import { category, group, STORAGE, setting, settings, WORKSPACE } from '../fixtures/diagnostic-settings.ts';
import { SUBSCRIPTION_ID } from '../fixtures/subscription.ts';
import { testRule } from '../rule-tester.ts';

const exported = (...value: Parameters<typeof settings>) => ({ 'subscription/diagnosticSettings': settings(...value) });
const [administrative, security, policy] = [category('Administrative'), category('Security'), category('Policy')];

testRule(rule, {
  id: SUBSCRIPTION_ID,
  compliant: [
    {
      title: 'all three enabled in one or more settings',
      documents: exported(setting('a', { workspaceId: WORKSPACE, logs: [administrative, security, policy] })),
    },
    {
      title: 'all three enabled in one or more settings: two',
      documents: exported(
        setting('a', { workspaceId: WORKSPACE, logs: [administrative, category('Alert')] }),
        setting('b', { storageAccountId: STORAGE, logs: [category('security'), policy] }),
      ),
    },
    {
      title: 'all three enabled in one, beside one that nobody understands',
      documents: exported(
        { name: 'a', properties: 'none' },
        setting('b', { workspaceId: WORKSPACE, logs: [administrative, security, policy] }),
      ),
    },
    {
      title: 'all of the log at once',
      documents: exported(setting('a', { eventHubAuthorizationRuleId: 'hub', logs: [group('allLogs')] })),
    },
    {
      title: 'ids may come without a leading slash',
      documents: exported(setting('a', { workspaceId: WORKSPACE.slice(1), logs: [administrative, security, policy] })),
    },
  ],
  violation: [
    {
      title: 'no setting',
      documents: exported(),
      tier: 'advice',
      changes: [],
      reason: /Administrative, Security, Policy\.$/,
    },
    {
      title: 'one of the three is missing',
      documents: exported(setting('a', { workspaceId: WORKSPACE, logs: [administrative, security] })),
      tier: 'advice',
      changes: [],
      reason: /sends the activity log's Policy\.$/,
    },
    {
      title: 'one of the three is not enabled',
      documents: exported(
        setting('a', { workspaceId: WORKSPACE, logs: [administrative, category('Security', false), policy] }),
      ),
      tier: 'advice',
      changes: [],
      reason: /Security\.$/,
    },
    {
      title: 'no destination',
      documents: exported(setting('a', { logs: [administrative, security, policy] })),
      tier: 'advice',
      changes: [],
    },
  ],
  unknown: [
    { title: 'sweep only: not read on an event', documents: {} },
    { title: 'not found', documents: { 'subscription/diagnosticSettings': null } },
    { title: 'the settings of the resource are others', documents: { diagnosticSettings: settings() } },
    { title: 'no list', documents: { 'subscription/diagnosticSettings': {} } },
    { title: 'a setting whose logs are none', documents: exported(setting('a', { logs: 'all' })) },
    { title: 'a setting without properties', documents: exported({ name: 'a' }) },
  ],
});
