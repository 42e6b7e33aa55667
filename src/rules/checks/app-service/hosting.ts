/** Where an app is hosted: settings of App Service have no effect on an app that runs elsewhere. */

import { hostingOf } from '../../../domain/resources/hosting.ts';
import type { JsonObject } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, notApplicable } from '../../../domain/rules/rule.ts';
import { siteSource } from '../../declare/declarations.ts';
import { checkProperties, type Section } from '../documents/sections.ts';

/** The judgement of a setting of App Service on an app that runs elsewhere; null on App Service. */
export function hostedElsewhere(snapshot: Snapshot): CheckResult | null {
  switch (hostingOf(snapshot)) {
    case 'container-apps':
      return notApplicable('The app is hosted on Container Apps, where this setting of App Service has no effect.');
    case 'arc':
      return notApplicable('The app is on App Service on Azure Arc, which was retired in March 2026.');
    case 'app-service':
      return null;
  }
}

/** Checks what an app hosted on Container Apps can have, too. Such a site is never written, so there are no changes. */
export function judgeWhereverHosted(snapshot: Snapshot, judge: () => CheckResult): CheckResult {
  const hosting = hostingOf(snapshot);
  const judgement = (hosting === 'arc' ? hostedElsewhere(snapshot) : null) ?? judge();
  return hosting === 'container-apps' && judgement.verdict === 'violation'
    ? { ...judgement, changes: [], preserved: [] }
    : judgement;
}

/** Checks the properties of a site that App Service applies. */
export function judgeSite(
  snapshot: Snapshot,
  judge: (properties: JsonObject, body: JsonObject) => CheckResult,
): CheckResult {
  return hostedElsewhere(snapshot) ?? checkProperties(snapshot, 'resource', judge);
}

/** The properties of a site, for rules of one switch. */
export const SITE: Section = {
  document: 'resource',
  path: '/properties',
  documents: ['resource'],
  judge: judgeSite,
  declare: siteSource,
};
