import { bodyOf, kindsOf, type Snapshot } from '../../domain/resources/snapshot.ts';
import { compliant, defineRule, unreadResult, violation } from '../../domain/rules/rule.ts';
import { hostedElsewhere } from '../checks/app-service/hosting.ts';
import {
  judgeLogSettings,
  logExportDeclaration,
  logExportParameters,
  planLogExport,
  unsentCategories,
} from '../checks/monitoring/diagnostic-settings.ts';
import { declared } from '../declare/printers.ts';

export const rule = defineRule({
  id: 'webapp-diagnostics',
  title: 'Resource logs are exported (diagnostic setting)',
  why: 'Without stored logs nobody can find out what happened.',
  fix: 'Adds a diagnostic setting `plumbline` that sends all logs to the configured workspace, or extends one that already sends a part of them there.',
  risk: 'Log ingestion costs money, and the platform restarts the app when its log categories change.',
  differs:
    'Azure Policy passes on any one enabled category. Here the log that shows who used the app must be among them: HTTP logs of web apps, function logs of function apps, the workflow runtime of logic apps.',
  severity: 'medium',
  tier: 'safe',
  documents: ['resource', 'diagnosticSettings'],
  writes: ['diagnosticSettings'],
  parameters: logExportParameters,
  references: {
    'Azure Policy': ['91a78b24-f231-4a8a-8da9-02c35b2b6510'],
    'Azure Policy (slots)': ['d639b3af-a535-4bef-8dcf-15078cddf5e2'],
    'Azure Policy (fix)': ['c0d8e23a-47be-4032-961f-8b0ff3957061'],
    MCSB: ['LT-3', 'LT-4'],
    'CIS Foundations 1.3, 1.4': ['5.3'],
    'CIS Foundations 2.0': ['5.1.7', '5.4'],
    'CIS Foundations 3.0': ['6.1.6'],
    'CIS Foundations 4.0': ['7.1.1.6'],
    'CIS Foundations 5.0': ['6.1.1.6'],
    Prowler: ['app_http_logs_enabled'],
    AzTS: ['Azure_AppService_Audit_Enable_Diagnostic_Settings'],
  },
  check: (snapshot, { workspaceId }) =>
    hostedElsewhere(snapshot) ??
    judgeLogSettings(snapshot, (settings) => {
      const categories = categoriesFor(snapshot);
      const unsent = unsentCategories(settings, categories);
      if (unsent.length === 0) return compliant('A diagnostic setting sends the logs.');
      if (unsent.length < categories.length) return unreadResult(snapshot, 'resource');
      const { text, changes, ...ofResource } = planLogExport(settings, unsent, workspaceId);
      const wanted = unsent.join(', ');
      return violation(`No diagnostic setting sends ${wanted} or all logs. ${text}`, changes, ofResource);
    }),
  source: (changes) => declared(logExportDeclaration(changes, 'azurerm_linux_web_app.app')),
});

/** The log of the requests or runs of an app, by its kind; all of them when the kind was not read. */
function categoriesFor(snapshot: Snapshot): string[] {
  if (!bodyOf(snapshot, 'resource')) return ['AppServiceHTTPLogs', 'FunctionAppLogs', 'WorkflowRuntime'];
  const kinds = kindsOf(snapshot);
  if (kinds.includes('workflowapp')) return ['WorkflowRuntime'];
  return kinds.includes('functionapp') ? ['FunctionAppLogs'] : ['AppServiceHTTPLogs'];
}
