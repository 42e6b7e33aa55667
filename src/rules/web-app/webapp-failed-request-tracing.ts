import { WINDOWS_LOGS } from '../checks/app-service/windows-logs.ts';
import { defineSwitch } from '../checks/documents/switch.ts';
import { Block } from '../declare/printers.ts';

export const rule = defineSwitch(WINDOWS_LOGS, {
  id: 'webapp-failed-request-tracing',
  title: 'Failed request tracing is on',
  why: 'The trace of a failed request shows which part of the web server failed, and the time of each part.',
  risk: 'IIS would trace every request that may fail, which costs performance; on Windows only.',
  severity: 'low',
  profile: 'strict',
  references: {
    MCSB: ['LT-3'],
    Checkov: ['CKV_AZURE_66'],
  },
  leaf: 'requestTracingEnabled',
  value: true,
  whenUnset: false,
  right: 'Failed requests are traced',
  wrong: 'Failed requests are not traced',
  azurerm: { logs: new Block({ failed_request_tracing: true }) },
});
