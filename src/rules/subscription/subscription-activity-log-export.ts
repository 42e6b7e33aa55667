import { compliant, defineAdvice, violation } from '../../domain/rules/rule.ts';
import { judgeLogSettings, unsentCategories } from '../checks/monitoring/diagnostic-settings.ts';
import { Block, declared, Expression } from '../declare/printers.ts';

const CATEGORIES = ['Administrative', 'Security', 'Policy'];

export const rule = defineAdvice({
  id: 'subscription-activity-log-export',
  title: 'The activity log is exported for retention',
  why: 'Azure keeps the activity log for 90 days. Older changes are known only when the log was exported.',
  risk: 'Storing logs costs money, and the owner of the subscription has to choose the workspace or storage account.',
  severity: 'medium',
  documents: ['subscription/diagnosticSettings'],
  references: { MCSB: ['LT-6'] },
  check: (snapshot) =>
    judgeLogSettings(
      snapshot,
      (settings) => {
        const unsent = unsentCategories(settings, CATEGORIES);
        if (unsent.length === 0) return compliant('Diagnostic settings send the activity log to where it is kept.');
        return violation(`No diagnostic setting of the subscription sends the activity log's ${unsent.join(', ')}.`);
      },
      'subscription/diagnosticSettings',
    ),
  source: () =>
    declared({
      type: 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview',
      name: 'activityLog',
      body: {
        name: 'activity-log',
        properties: {
          workspaceId: new Expression('workspaceId'),
          logs: CATEGORIES.map((category) => ({ category, enabled: true })),
        },
      },
      azurerm: {
        resource: 'azurerm_monitor_diagnostic_setting',
        body: {
          name: 'activity-log',
          target_resource_id: new Expression('data.azurerm_subscription.current.id'),
          log_analytics_workspace_id: new Expression('var.workspace_id'),
          enabled_log: CATEGORIES.map((category) => new Block({ category })),
        },
      },
    }),
});
