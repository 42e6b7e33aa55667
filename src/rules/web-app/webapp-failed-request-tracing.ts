/** The trace of a failed request shows in which part of the web server it failed. */
import { defineAdvice } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { type Setting, siteSource } from '../sources.ts';
import { WEB_CONFIG_DOCUMENTS } from '../web-config.ts';
import { judgeWindowsLog } from '../windows-logs.ts';

const ON: Setting = { document: 'config/web', path: '/properties/requestTracingEnabled', to: true };

export const rule = defineAdvice({
  id: 'webapp-failed-request-tracing',
  version: 1,
  title: 'Failed request tracing is on',
  why: 'The trace of a failed request shows in which part of the web server it failed, and how long each part took.',
  risk: 'IIS would trace every request that may fail, which costs performance; on Windows only.',
  severity: 'low',
  profile: 'strict',
  kind: 'web-app',
  documents: WEB_CONFIG_DOCUMENTS,
  references: referencesOf({
    MCSB: ['LT-3'],
    Checkov: ['CKV_AZURE_66'],
  }),
  check: (snapshot) =>
    judgeWindowsLog(snapshot, {
      name: 'requestTracingEnabled',
      right: 'Failed requests are traced',
      wrong: 'Failed requests are not traced',
    }),
  source: () => siteSource([ON], { logs: new Block({ failed_request_tracing: true }) }),
});
