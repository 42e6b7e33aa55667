/**
 * The logs that the web server of App Service writes to the file system of an app. On Linux and in containers the switches are
 * there and do nothing (https://learn.microsoft.com/azure/app-service/troubleshoot-diagnostic-logs), so no app there is asked.
 */
import { systemOf } from '../domain/hosting.ts';
import { type Judgement, notApplicable, notRead, unknown } from '../domain/rule.ts';
import { bodyOf, isFunctionApp, type Snapshot } from '../domain/snapshot.ts';
import { isWindowsContainer } from './stack.ts';
import { judgeSwitch, type SwitchDemand } from './switch.ts';
import { judgeWebConfig } from './web-config.ts';

/** Judges a switch of `config/web` that means something on Windows only. */
export function judgeWindowsLog(snapshot: Snapshot, log: Pick<SwitchDemand, 'name' | 'right' | 'wrong'>): Judgement {
  return judgeWebConfig(snapshot, (properties) => {
    if (systemOf(snapshot) === 'linux' || isWindowsContainer(snapshot)) {
      return notApplicable('The app runs on Linux or in a container, where this log is not written.');
    }
    if (isFunctionApp(snapshot)) {
      return notApplicable('Function and logic apps are traced by their host and not by the web server.');
    }
    const judgement = judgeSwitch(properties, {
      ...log,
      document: 'config/web',
      wanted: true,
      otherwise: false,
      fixable: false,
    });
    if (judgement.verdict !== 'violation') return judgement;
    if (!bodyOf(snapshot, 'resource')) return notRead(snapshot, 'resource');
    return systemOf(snapshot) ? judgement : unknown('Whether the app runs on Windows was not said.');
  });
}
