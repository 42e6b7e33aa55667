/** What is a setting of App Service means nothing for an app that runs elsewhere. */
import { hostingOf } from '../domain/hosting.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Judgement, judgeProperties, notApplicable } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/** The judgement of every setting of App Service on an app that runs elsewhere; null on App Service. */
export function hostedElsewhere(snapshot: Snapshot): Judgement | null {
  switch (hostingOf(snapshot)) {
    case 'container-apps':
      return notApplicable('The app is hosted on Container Apps, where this setting of App Service has no effect.');
    case 'arc':
      return notApplicable('The app is on App Service on Azure Arc, which was retired in March 2026.');
    case 'app-service':
      return null;
  }
}

/** Judges what an app hosted on Container Apps can have as well; such a site is never written, so no change is offered. */
export function judgeWhereverHosted(snapshot: Snapshot, judge: () => Judgement): Judgement {
  const hosting = hostingOf(snapshot);
  const judgement = (hosting === 'arc' ? hostedElsewhere(snapshot) : null) ?? judge();
  return hosting === 'container-apps' && judgement.verdict === 'violation'
    ? { ...judgement, changes: [], kept: [] }
    : judgement;
}

/** Judges the properties of a site that App Service applies. */
export function judgeSite(
  snapshot: Snapshot,
  judge: (properties: JsonObject, body: JsonObject) => Judgement,
): Judgement {
  return hostedElsewhere(snapshot) ?? judgeProperties(snapshot, 'resource', judge);
}
