/** The backups of a web app. The storage and the databases are dropped at parsing, before rules see the document. */
import type { Json, JsonObject } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import type { CheckResult, Source } from '../../../domain/rules/rule.ts';
import { webAppOf } from '../../declare/declarations.ts';
import { Block, declared, Expression } from '../../declare/printers.ts';
import { timeIn } from '../documents/arm-time.ts';
import { judgeList, propertiesOf } from '../documents/resource-lists.ts';
import { hostedElsewhere } from './hosting.ts';
import { lackedByPlan } from './plan-features.ts';

export interface Backup {
  /** As Azure spells it: `Succeeded`, `Failed`, `PartiallySucceeded`, `TimedOut`, `Skipped`; null when there is none. */
  readonly status: string | null;
  /** Whether it is running or waiting. */
  readonly unfinished: boolean;
  /** Milliseconds since 1970; null when there is no time. */
  readonly finishedAt: number | null;
}

/** Checks the backups, without those that are deleted or being deleted. */
export function judgeBackups(snapshot: Snapshot, judge: (backups: readonly Backup[]) => CheckResult): CheckResult {
  const judgement = judgeList(snapshot, 'backups', (elements) =>
    judge(elements.filter((element) => !isState(element, /^delete/)).map(backupOf)),
  );
  // Backups from before a plan was made smaller still exist and still count.
  if (judgement.verdict !== 'unknown') return judgement;
  return hostedElsewhere(snapshot) ?? lackedByPlan(snapshot, 'backups') ?? judgement;
}

function backupOf(element: JsonObject): Backup {
  const { status, finishedTimeStamp } = propertiesOf(element);
  return {
    status: textOf(status),
    unfinished: isState(element, /^(inprogress|created)$/),
    finishedAt: timeIn(finishedTimeStamp),
  };
}

function isState(element: JsonObject, pattern: RegExp): boolean {
  return pattern.test(textOf(propertiesOf(element).status)?.toLowerCase() ?? '');
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

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
    azurerm: webAppOf({
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
    }),
  });
}
