/** An app that nobody watches is down, or under attack, until somebody happens to look. */
import * as z from 'zod';
import { defineRule } from '../../domain/rule.ts';
import { ALERT_DOCUMENTS, alertSource, judgeAlerts } from '../alerts.ts';
import { referencesOf } from '../references.ts';

export const rule = defineRule({
  id: 'containerapp-alerts',
  version: 1,
  title: 'At least one alert watches the app',
  why: 'Without an alert that reaches somebody, an attack or a failure is noticed by those who suffer from it.',
  fix: null,
  risk: 'Thresholds are the owner’s to choose: one that is too low wakes people for nothing.',
  severity: 'low',
  tier: 'advice',
  profile: 'strict',
  kind: 'container-app',
  reversible: false,
  documents: ALERT_DOCUMENTS,
  writes: [],
  parameters: z.object({}),
  references: referencesOf({ MCSB: ['LT-1'] }),
  check: judgeAlerts,
  source: () =>
    alertSource('azurerm_container_app.app', {
      namespace: 'Microsoft.App/containerApps',
      name: 'Requests',
      dimension: ['statusCodeCategory', '5xx'],
    }),
});
