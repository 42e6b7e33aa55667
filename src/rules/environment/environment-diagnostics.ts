import type { Change } from '../../domain/changes/change.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import { type CheckResult, compliant, defineRule, unknown, violation } from '../../domain/rules/rule.ts';
import { checkProperties, sectionOf } from '../checks/documents/sections.ts';
import {
  judgeLogSettings,
  type LogExportFix,
  logExportDeclaration,
  logExportParameters,
  planLogExport,
  unsentCategories,
} from '../checks/monitoring/diagnostic-settings.ts';
import { environmentDeclaration, type Setting } from '../declare/declarations.ts';
import { declared, Expression } from '../declare/printers.ts';

const DESTINATION = '/properties/appLogsConfiguration/destination';
const CATEGORIES = ['ContainerAppConsoleLogs', 'ContainerAppSystemLogs'];

export const rule = defineRule({
  id: 'environment-diagnostics',
  title: 'Application and system logs are exported',
  why: 'The environment decides where the logs of its apps are sent. Without a destination they are lost.',
  fix: 'Sets the log destination to `azure-monitor` where there is none, and adds a diagnostic setting `plumbline` that sends all logs to the configured workspace.',
  risk: 'Log ingestion costs money.',
  differs:
    "Azure Policy writes a Log Analytics destination with the workspace's key. Plumbline never holds such a key: it uses a diagnostic setting, and does not change environments that already use Log Analytics.",
  harm: 'invisible',
  severity: 'medium',
  tier: 'safe',
  documents: ['resource', 'diagnosticSettings'],
  writes: ['resource', 'diagnosticSettings'],
  parameters: logExportParameters,
  references: {
    'Azure Policy (fix)': ['6a664864-e2b5-413e-b930-f11caa132f16'],
    MCSB: ['LT-3', 'LT-4'],
  },
  check: (snapshot, { workspaceId }) =>
    checkProperties(snapshot, 'resource', ({ appLogsConfiguration }) => {
      const logs = sectionOf(appLogsConfiguration);
      if (!logs) return unknown('Where the environment sends its logs is said in a form that nobody knows.');
      const destination = logs.destination ?? null;
      const name = typeof destination === 'string' ? destination.toLowerCase() : destination;
      if (name === 'log-analytics') return compliant('The environment sends its logs to Log Analytics.');
      if (name === 'azure-monitor') return judgeExport(snapshot, workspaceId, []);
      if (name !== null && name !== 'none' && name !== '') {
        return unknown(`The log destination ${JSON.stringify(destination)} is not one that Plumbline knows.`);
      }
      // Without a diagnostic setting, Azure Monitor as destination would drop the logs.
      if (workspaceId === null) return notSent('The environment sends its logs nowhere.', planLogExport([], [], null));
      return judgeExport(snapshot, workspaceId, [
        { document: 'resource', path: DESTINATION, from: destination, to: 'azure-monitor' },
      ]);
    }),
  source(changes) {
    const logs = logExportDeclaration(changes, 'azurerm_container_app_environment.environment');
    const setting = { ...logs, body: { ...logs.body, scope: new Expression('environment') } };
    const destination = environmentDeclaration([TO_AZURE_MONITOR], { logs_destination: 'azure-monitor' });
    if (changes.length === 0) return declared(destination, setting);
    return declared(
      ...(changes.some(({ document }) => document === 'resource') ? [destination] : []),
      ...(changes.some(({ document }) => document === 'diagnosticSettings') ? [setting] : []),
    );
  },
});

const TO_AZURE_MONITOR: Setting = { document: 'resource', path: DESTINATION, to: 'azure-monitor' };

/** The diagnostic settings of an environment that sends, or with the first changes would send, to Azure Monitor. */
function judgeExport(snapshot: Snapshot, workspaceId: string | null, first: readonly Change[]): CheckResult {
  return judgeLogSettings(snapshot, (settings) => {
    const unsent = unsentCategories(settings, CATEGORIES);
    if (unsent.length === 0 && first.length === 0)
      return compliant('Diagnostic settings send console and system logs.');
    if (unsent.length === 0) {
      return notSent('The environment sends its logs nowhere.', {
        changes: first,
        text: 'With Azure Monitor as destination, the diagnostic settings that are there would send them.',
      });
    }
    const fix = planLogExport(settings, unsent, workspaceId);
    const changes = fix.changes.length === 0 ? [] : [...first, ...fix.changes];
    return notSent(`No diagnostic setting sends ${unsent.join(' and ')}.`, { ...fix, changes });
  });
}

function notSent(wrong: string, { text, changes, ...ofResource }: LogExportFix): CheckResult {
  return violation(`${wrong} ${text}`, changes, ofResource);
}
