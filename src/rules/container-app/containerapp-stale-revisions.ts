import { isObject, type Json, type JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeConfiguration } from '../checks/container-apps/app-configuration.ts';
import { objectsIn, stringsIn } from '../checks/documents/arrays.ts';
import { lowerCase } from '../checks/documents/leaves.ts';
import { judgeList, propertiesOf } from '../checks/documents/resource-lists.ts';
import { ingressIn } from '../checks/network/ingress.ts';
import { containerAppSource, type Setting } from '../declare/declarations.ts';

const SINGLE: Setting = {
  document: 'resource',
  path: '/properties/configuration/activeRevisionsMode',
  to: 'Single',
};

export const rule = defineAdvice({
  id: 'containerapp-stale-revisions',
  title: 'In multiple-revision mode old revisions do not keep running without traffic',
  why: 'An old revision that runs has old code with known flaws, has its own address, and costs money.',
  risk: 'A blue-green deployment keeps a warm revision on purpose; with a label it is not counted here.',
  severity: 'low',
  profile: 'strict',
  documents: ['resource', 'revisions'],
  references: { guide: ['Secure your Azure Container Apps deployment'] },
  check: (snapshot) =>
    judgeConfiguration(snapshot, ({ activeRevisionsMode }, app) => {
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
        return violation(`Revisions run without traffic or a label: ${listed}.`);
      });
    }),
  source: () => containerAppSource([SINGLE], { revision_mode: 'Single' }),
});

/** The revisions that have traffic or a label, in lower case; null when the traffic cannot be understood. */
function namesInUse(app: JsonObject): Set<string> | null {
  const { latestRevisionName, latestReadyRevisionName } = propertiesOf(app);
  // Until the latest revision is ready, its traffic goes to the latest one that is.
  const latest = [latestRevisionName, latestReadyRevisionName].map(lowerCase);
  const ingress = ingressIn(app);
  // Without an ingress there is no traffic, and only the latest revision should run.
  if (ingress === null) return new Set(latest);
  const traffic = isObject(ingress) ? objectsIn(ingress.traffic) : null;
  if (!traffic) return null;
  // By default all traffic goes to the latest revision.
  if (traffic.length === 0) return new Set(latest);
  const used = traffic.filter(({ weight, label }) => hasWeight(weight) || (typeof label === 'string' && label !== ''));
  return new Set(
    used.flatMap(({ latestRevision, revisionName }) => (latestRevision === true ? latest : [lowerCase(revisionName)])),
  );
}

/** Only preview API versions return the labels of a revision, so revisions are read with one. */
function hasLabel(revision: JsonObject): boolean {
  return (stringsIn(propertiesOf(revision).labels) ?? []).some((label) => label !== '');
}

function hasWeight(weight: Json | undefined): boolean {
  return typeof weight === 'number' && weight > 0;
}
