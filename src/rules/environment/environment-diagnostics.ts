/** The logs of all apps of an environment go where the environment sends them, or nowhere. */
import type { Change } from '../../domain/change.ts';
import { compliant, defineRule, type Judgement, judgeProperties, unknown } from '../../domain/rule.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { judgeLogSettings, logExportParameters, planLogExport, unsentCategories } from '../log-export.ts';
import { logExportDeclaration } from '../log-export-source.ts';
import { referencesOf } from '../references.ts';
import { sectionOf } from '../sections.ts';
import { declared, Expression } from '../source-lines.ts';
import { environmentDeclaration, type Setting } from '../sources.ts';

const DESTINATION = '/properties/appLogsConfiguration/destination';
const CATEGORIES = ['ContainerAppConsoleLogs', 'ContainerAppSystemLogs'];

export const rule = defineRule({
  id: 'environment-diagnostics',
  version: 1,
  title: 'Application and system logs are exported',
  why: 'The logs of all apps of an environment go where the environment sends them, or nowhere.',
  fix: 'Sets the log destination to `azure-monitor` where there is none, and puts a diagnostic setting `plumbline` that sends all logs to the configured workspace.',
  risk: 'Log ingestion costs money.',
  differs:
    "Azure Policy writes a Log Analytics destination with the workspace's key. Plumbline never holds such a key: it sends through a diagnostic setting, and leaves environments that already use Log Analytics alone.",
  severity: 'medium',
  tier: 'safe',
  profile: 'baseline',
  kind: 'environment',
  reversible: true,
  documents: ['resource', 'diagnosticSettings'],
  writes: ['resource', 'diagnosticSettings'],
  parameters: logExportParameters,
  references: referencesOf({
    'Azure Policy (fix)': ['6a664864-e2b5-413e-b930-f11caa132f16'],
    MCSB: ['LT-3', 'LT-4'],
  }),
  check(snapshot, { workspaceId }) {
    return judgeProperties(snapshot, 'resource', ({ appLogsConfiguration }) => {
      const logs = sectionOf(appLogsConfiguration);
      if (!logs) return unknown('Where the environment sends its logs is said in a form that nobody knows.');
      const destination = logs.destination ?? null;
      const name = typeof destination === 'string' ? destination.toLowerCase() : destination;
      if (name === 'log-analytics') return compliant('The environment sends its logs to Log Analytics.');
      if (name === 'azure-monitor') return judgeExport(snapshot, workspaceId, []);
      if (name !== null && name !== 'none' && name !== '') {
        return unknown(`The log destination ${JSON.stringify(destination)} is not one that Plumbline knows.`);
      }
      // Switching to Azure Monitor without a setting behind it would route the logs into nothing.
      if (workspaceId === null)
        return violation('The environment sends its logs nowhere.', planLogExport([], [], null));
      return judgeExport(snapshot, workspaceId, [
        { document: 'resource', path: DESTINATION, from: destination, to: 'azure-monitor' },
      ]);
    });
  },
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
function judgeExport(snapshot: Snapshot, workspaceId: string | null, first: readonly Change[]): Judgement {
  return judgeLogSettings(snapshot, (settings) => {
    const unsent = unsentCategories(settings, CATEGORIES);
    if (unsent.length === 0 && first.length === 0)
      return compliant('Diagnostic settings send console and system logs.');
    if (unsent.length === 0) {
      return violation('The environment sends its logs nowhere.', {
        changes: first,
        text: 'With Azure Monitor as destination, the diagnostic settings that are there would send them.',
      });
    }
    const fix = planLogExport(settings, unsent, workspaceId);
    const changes = fix.changes.length === 0 ? [] : [...first, ...fix.changes];
    return violation(`No diagnostic setting sends ${unsent.join(' and ')}.`, { ...fix, changes });
  });
}

function violation(wrong: string, { text, ...fix }: ReturnType<typeof planLogExport>): Judgement {
  return { verdict: 'violation', reason: `${wrong} ${text}`, ...fix };
}
