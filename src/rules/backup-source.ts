/** The lines that declare a schedule of backups. The storage URL is a secret, so it is a parameter in them. */
import type { Source } from '../domain/rule.ts';
import { Block, declared, Expression } from './source-lines.ts';

export function backupSource(): Source {
  return declared({
    type: 'Microsoft.Web/sites/config@2025-03-01',
    name: 'backup',
    body: {
      parent: new Expression('app'),
      name: 'backup',
      properties: {
        enabled: true,
        storageAccountUrl: new Expression('backupStorageUrl'),
        backupSchedule: {
          frequencyInterval: 1,
          frequencyUnit: 'Day',
          keepAtLeastOneBackup: true,
          retentionPeriodInDays: 30,
        },
      },
    },
    azurerm: {
      resource: 'azurerm_linux_web_app',
      also: 'azurerm_windows_web_app',
      body: {
        backup: new Block({
          name: 'daily',
          storage_account_url: new Expression('var.backup_storage_url'),
          schedule: new Block({
            frequency_interval: 1,
            frequency_unit: 'Day',
            keep_at_least_one_backup: true,
            retention_period_days: 30,
          }),
        }),
      },
    },
  });
}
