/** The error page that a visitor must not see tells the owner why a request failed. */
import { defineAdvice } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { type Setting, siteSource } from '../sources.ts';
import { WEB_CONFIG_DOCUMENTS } from '../web-config.ts';
import { judgeWindowsLog } from '../windows-logs.ts';

const ON: Setting = { document: 'config/web', path: '/properties/detailedErrorLoggingEnabled', to: true };

export const rule = defineAdvice({
  id: 'webapp-detailed-error-logs',
  version: 1,
  title: 'Detailed error logging is on',
  why: 'The error page that visitors must not see, kept with the app, tells its owner why requests failed.',
  risk: 'Error pages, which show the inside of the app, would be written to its file system; in practice only on Windows.',
  severity: 'low',
  profile: 'strict',
  kind: 'web-app',
  documents: WEB_CONFIG_DOCUMENTS,
  references: referencesOf({
    MCSB: ['LT-3'],
    Checkov: ['CKV_AZURE_65'],
    AzTS: ['Azure_AppService_Audit_Enable_Logging_and_Monitoring'],
  }),
  check: (snapshot) =>
    judgeWindowsLog(snapshot, {
      name: 'detailedErrorLoggingEnabled',
      right: 'Detailed error pages are kept',
      wrong: 'Detailed error pages are not kept',
    }),
  source: () => siteSource([ON], { logs: new Block({ detailed_error_messages: true }) }),
});
