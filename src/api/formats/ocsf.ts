/** What all events of the Open Cybersecurity Schema Framework share. */
import type { ResourceView } from '../../domain/resources/resource.ts';
import type { Severity } from '../../domain/rules/rule.ts';
import { VERSION } from '../framework/version.ts';

/** The version of the schema: https://schema.ocsf.io/1.8.0/ */
export const OCSF_VERSION = '1.8.0';

interface OcsfClass {
  readonly category: readonly [uid: number, name: string];
  readonly class: readonly [uid: number, name: string];
}

export const API_ACTIVITY = { category: [6, 'Application Activity'], class: [6003, 'API Activity'] } as const;
export const REMEDIATION_ACTIVITY = { category: [7, 'Remediation'], class: [7001, 'Remediation Activity'] } as const;
export const COMPLIANCE_FINDING = { category: [2, 'Findings'], class: [2003, 'Compliance Finding'] } as const;

export type Named = readonly [id: number, name: string];

export const INFORMATIONAL: Named = [1, 'Informational'];
export const MEDIUM: Named = [3, 'Medium'];

export const SEVERITY: Readonly<Record<Severity, Named>> = {
  info: INFORMATIONAL,
  low: [2, 'Low'],
  medium: MEDIUM,
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

/** The members that say what an event is. */
export function classified(
  { category: [categoryUid, categoryName], class: [classUid, className] }: OcsfClass,
  [activity, activityName]: Named,
) {
  return {
    category_uid: categoryUid,
    category_name: categoryName,
    class_uid: classUid,
    class_name: className,
    activity_id: activity,
    activity_name: activityName,
    type_uid: classUid * 100 + activity,
    type_name: `${className}: ${activityName}`,
  };
}

/** The metadata of an event with the profile `cloud`. */
export function metadataOf<T extends object>(more: T) {
  const product = { name: 'Plumbline', vendor_name: 'Plumbline', version: VERSION };
  return { version: OCSF_VERSION, product, profiles: ['cloud'], ...more };
}

/** The cloud of a resource, or of none. */
export function cloudOf(resource: ResourceView | null) {
  const subscription = resource?.id.split('/')[2];
  return { provider: 'Azure', ...(subscription === undefined ? {} : { account: { uid: subscription } }) };
}

export function resourceDetails({ id, name, type }: ResourceView) {
  return { uid: id, name, type };
}

/** Each event on a line. */
export function ocsfLines<T>(items: readonly T[], eventOf: (item: T) => object): string {
  return items.map((item) => `${JSON.stringify(eventOf(item))}\n`).join('');
}
