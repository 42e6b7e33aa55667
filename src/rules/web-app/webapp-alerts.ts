/** An app that nobody watches is down, or under attack, until somebody happens to look. */
import { defineAdvice } from '../../domain/rule.ts';
import { ALERT_DOCUMENTS, alertSource, judgeAlerts } from '../alerts.ts';
import { referencesOf } from '../references.ts';

export const rule = defineAdvice({
  id: 'webapp-alerts',
  version: 1,
  title: 'At least one metric or activity-log alert watches the app',
  why: 'Without an alert that reaches somebody, an attack or a failure is noticed by those who suffer from it.',
  risk: 'Thresholds are the owner’s to choose: one that is too low wakes people for nothing.',
  severity: 'low',
  profile: 'strict',
  kind: 'web-app',
  documents: ALERT_DOCUMENTS,
  references: referencesOf({ MCSB: ['LT-1'] }),
  check: judgeAlerts,
  source: () => alertSource('azurerm_linux_web_app.app', { namespace: 'Microsoft.Web/sites', name: 'Http5xx' }),
});
