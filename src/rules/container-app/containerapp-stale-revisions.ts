/** A revision that nobody is sent to still runs, costs and can be called by whoever knows its name. */
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { judgeConfiguration } from '../app-configuration.ts';
import { ingressIn } from '../ingress.ts';
import { judgeList, propertiesOf } from '../listed.ts';
import { objectsIn, stringsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { containerAppSource, type Setting } from '../sources.ts';
import { lowerCase } from '../text.ts';

const SINGLE: Setting = {
  document: 'resource',
  path: '/properties/configuration/activeRevisionsMode',
  to: 'Single',
};

export const rule = defineAdvice({
  id: 'containerapp-stale-revisions',
  version: 1,
  title: 'In multiple-revision mode old revisions do not keep running without traffic',
  why: 'An old revision that keeps running holds old code with old flaws, at its own address, and costs what it needs.',
  risk: 'A blue-green deployment holds a warm revision on purpose: with a label, so that it is no leftover.',
  severity: 'low',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource', 'revisions'],
  references: referencesOf({ guide: ['Secure your Azure Container Apps deployment'] }),
  check(snapshot) {
    return judgeConfiguration(snapshot, ({ activeRevisionsMode }, app) => {
      const mode = activeRevisionsMode ?? 'Single';
      if (typeof mode !== 'string') return unknown('activeRevisionsMode is no text.');
      if (mode.toLowerCase() === 'single') return compliant('One revision runs at a time.');
      const used = namesInUse(app);
      if (!used) return unknown('The traffic of the app has a form that nobody knows.');
      return judgeList(snapshot, 'revisions', (revisions) => {
        if (revisions.some((one) => typeof (propertiesOf(one).active ?? false) !== 'boolean')) {
          return unknown('Whether a revision is active is said in a form that nobody knows.');
        }
        const active = revisions.filter((one) => propertiesOf(one).active === true);
        const names = active.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
        if (names.length < active.length) return unknown('A revision came without a name.');
        const stale = active.filter(
          (one) => !used.has(lowerCase(one.name)) && !hasWeight(propertiesOf(one).trafficWeight) && !hasLabel(one),
        );
        if (stale.length === 0) return compliant('Every revision that runs has traffic or a label.');
        const listed = stale.map(({ name }) => name).join(', ');
        return { verdict: 'violation', reason: `Revisions run without traffic or a label: ${listed}.`, changes: [] };
      });
    });
  },
  source: () => containerAppSource([SINGLE], { revision_mode: 'Single' }),
});

/** The revisions that have traffic or a label, in lower case; null when the traffic cannot be understood. */
function namesInUse(app: JsonObject): Set<string> | null {
  const { latestRevisionName, latestReadyRevisionName } = propertiesOf(app);
  // Traffic for the latest revision stays with the latest one that is ready until the newer one is.
  const latest = [latestRevisionName, latestReadyRevisionName].map(lowerCase);
  const ingress = ingressIn(app);
  // Without an ingress nothing has traffic, and the latest revision is the one that is meant to run.
  if (ingress === null) return new Set(latest);
  const traffic = isObject(ingress) ? objectsIn(ingress.traffic) : null;
  if (!traffic) return null;
  // Where nothing is said, all of it goes to the latest revision.
  if (traffic.length === 0) return new Set(latest);
  const used = traffic.filter(({ weight, label }) => hasWeight(weight) || (typeof label === 'string' && label !== ''));
  return new Set(
    used.flatMap(({ latestRevision, revisionName }) => (latestRevision === true ? latest : [lowerCase(revisionName)])),
  );
}

/** Only preview versions tell the labels of a revision with it, so revisions are read with one. */
function hasLabel(revision: JsonObject): boolean {
  return (stringsIn(propertiesOf(revision).labels) ?? []).some((label) => label !== '');
}

function hasWeight(weight: Json | undefined): boolean {
  return typeof weight === 'number' && weight > 0;
}
