import { WINDOWS_LOGS } from '../checks/app-service/windows-logs.ts';
import { defineSwitch } from '../checks/documents/switch.ts';
import { Block } from '../declare/printers.ts';

export const rule = defineSwitch(WINDOWS_LOGS, {
  id: 'webapp-detailed-error-logs',
  title: 'Detailed error logging is on',
  why: 'Detailed error pages, which visitors must not see, tell the owner why requests failed.',
  risk: 'Error pages with internal details would be written to the file system of the app; in practice only on Windows.',
  severity: 'low',
  profile: 'strict',
  references: {
    MCSB: ['LT-3'],
    Checkov: ['CKV_AZURE_65'],
    AzTS: ['Azure_AppService_Audit_Enable_Logging_and_Monitoring'],
  },
  leaf: 'detailedErrorLoggingEnabled',
  value: true,
  whenUnset: false,
  right: 'Detailed error pages are kept',
  wrong: 'Detailed error pages are not kept',
  azurerm: { logs: new Block({ detailed_error_messages: true }) },
});
