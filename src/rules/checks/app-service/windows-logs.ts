/**
 * The logs that the web server of App Service writes to the file system of an app. On Linux and in containers the switches
 * are there and do nothing (https://learn.microsoft.com/azure/app-service/troubleshoot-diagnostic-logs).
 */

import { operatingSystemOf } from '../../../domain/resources/hosting.ts';
import type { JsonObject } from '../../../domain/resources/json.ts';
import { bodyOf, isFunctionApp, type Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, notApplicable, unknown, unreadResult } from '../../../domain/rules/rule.ts';
import { siteSource } from '../../declare/declarations.ts';
import type { Section } from '../documents/sections.ts';
import { isWindowsContainer } from './stack.ts';
import { judgeWebConfig, WEB_CONFIG } from './web-config.ts';

/** The configuration of a web app on Windows, for rules of one switch; attributes are those of the resource of azurerm. */
export const WINDOWS_LOGS: Section = { ...WEB_CONFIG, judge: judgeOnWindows, declare: siteSource };

function judgeOnWindows(snapshot: Snapshot, judge: (properties: JsonObject) => CheckResult): CheckResult {
  return judgeWebConfig(snapshot, (properties) => {
    if (operatingSystemOf(snapshot) === 'linux' || isWindowsContainer(snapshot)) {
      return notApplicable('The app runs on Linux or in a container, where this log is not written.');
    }
    if (isFunctionApp(snapshot)) {
      return notApplicable('Function and logic apps are traced by their host and not by the web server.');
    }
    const judgement = judge(properties);
    if (judgement.verdict !== 'violation') return judgement;
    if (!bodyOf(snapshot, 'resource')) return unreadResult(snapshot, 'resource');
    return operatingSystemOf(snapshot) ? judgement : unknown('Whether the app runs on Windows was not said.');
  });
}
