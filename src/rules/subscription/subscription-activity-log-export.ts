/** Azure keeps the activity log for 90 days; who did what before is known only where it was exported. */
import { compliant, defineAdvice } from '../../domain/rule.ts';
import { judgeLogSettings, unsentCategories } from '../log-export.ts';
import { referencesOf } from '../references.ts';
import { Block, declared, Expression } from '../source-lines.ts';

const CATEGORIES = ['Administrative', 'Security', 'Policy'];

export const rule = defineAdvice({
  id: 'subscription-activity-log-export',
  version: 1,
  title: 'The activity log is exported for retention',
  why: 'Azure keeps the activity log for 90 days. Who changed what before that is known only where the log was exported.',
  risk: 'Keeping logs costs money, and which workspace or storage account takes those of a whole subscription is for its owner to choose.',
  severity: 'medium',
  profile: 'baseline',
  kind: 'subscription',
  documents: ['subscription/diagnosticSettings'],
  references: referencesOf({ MCSB: ['LT-6'] }),
  check(snapshot) {
    return judgeLogSettings(
      snapshot,
      (settings) => {
        const unsent = unsentCategories(settings, CATEGORIES);
        if (unsent.length === 0) return compliant('Diagnostic settings send the activity log to where it is kept.');
        const reason = `No diagnostic setting of the subscription sends the activity log's ${unsent.join(', ')}.`;
        return { verdict: 'violation', reason, changes: [] };
      },
      'subscription/diagnosticSettings',
    );
  },
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
