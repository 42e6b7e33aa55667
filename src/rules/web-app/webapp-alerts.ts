import { defineAdvice } from '../../domain/rules/rule.ts';
import { ALERT_DOCUMENTS, alertSource, judgeAlerts } from '../checks/monitoring/alerts.ts';

export const rule = defineAdvice({
  id: 'webapp-alerts',
  title: 'At least one metric or activity-log alert watches the app',
  why: 'Without an alert, users notice an attack or a failure before the owner does.',
  risk: 'The owner must choose the thresholds: a low threshold causes false alarms.',
  severity: 'low',
  profile: 'strict',
  documents: ALERT_DOCUMENTS,
  references: { MCSB: ['LT-1'] },
  check: judgeAlerts,
  source: () => alertSource('azurerm_linux_web_app.app', { namespace: 'Microsoft.Web/sites', name: 'Http5xx' }),
});
