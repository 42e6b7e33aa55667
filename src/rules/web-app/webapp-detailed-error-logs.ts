/** The error page that a visitor must not see tells the owner why a request failed. */
import * as z from 'zod';
import { defineRule } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { type Setting, siteSource } from '../sources.ts';
import { WEB_CONFIG_DOCUMENTS } from '../web-config.ts';
import { judgeWindowsLog } from '../windows-logs.ts';

const ON: Setting = { document: 'config/web', path: '/properties/detailedErrorLoggingEnabled', to: true };

export const rule = defineRule({
  id: 'webapp-detailed-error-logs',
  version: 1,
  title: 'Detailed error logging is on',
  why: 'The error page that visitors must not see, kept with the app, tells its owner why requests failed.',
  fix: null,
  risk: 'Error pages, which show the inside of the app, would be written to its file system; in practice only on Windows.',
  severity: 'low',
  tier: 'advice',
  profile: 'strict',
  kind: 'web-app',
  reversible: false,
  documents: WEB_CONFIG_DOCUMENTS,
  writes: [],
  parameters: z.object({}),
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
