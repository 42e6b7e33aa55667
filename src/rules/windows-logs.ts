/**
 * The logs that App Service writes to the file system of an app. On Linux the switches are there and do nothing, so an app
 * there is not asked for them.
 */
import { isObject } from '../domain/json.ts';
import { type Judgement, notApplicable, notRead } from '../domain/rule.ts';
import { bodyOf, kindsOf, type Snapshot } from '../domain/snapshot.ts';
import { judgeSwitch, type SwitchDemand, truthOf } from './switch.ts';
import { judgeWebConfig } from './web-config.ts';

/** Judges a switch of `config/web` that means something on Windows only. */
export function judgeWindowsLog(snapshot: Snapshot, log: Pick<SwitchDemand, 'name' | 'right' | 'wrong'>): Judgement {
  return judgeWebConfig(snapshot, (properties) => {
    if (isOnLinux(snapshot)) return notApplicable('The app runs on Linux, where this log is not written.');
    const judgement = judgeSwitch(properties, {
      ...log,
      document: 'config/web',
      wanted: true,
      otherwise: false,
      fixable: false,
    });
    if (judgement.verdict !== 'violation') return judgement;
    return bodyOf(snapshot, 'resource') ? judgement : notRead(snapshot, 'resource');
  });
}

/** Whether an app runs on Linux: its kind says it, and `reserved`, which is what a Linux plan is called. */
export function isOnLinux(snapshot: Snapshot): boolean {
  const properties = bodyOf(snapshot, 'resource')?.properties;
  return kindsOf(snapshot).includes('linux') || (isObject(properties) && truthOf(properties.reserved) === true);
}
