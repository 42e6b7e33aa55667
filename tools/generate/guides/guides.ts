/** The guides that Plumbline keeps apps true to, in the order of the documentation. */
import { APP_SERVICE, APP_SERVICE_PRACTICES } from './app-service.ts';
import { ASPIRE } from './aspire.ts';
import { CONTAINER_APPS, CONTAINER_APPS_OVERVIEW } from './container-apps.ts';
import type { Guide } from './guide.ts';

export const GUIDES: readonly Guide[] = [
  CONTAINER_APPS,
  CONTAINER_APPS_OVERVIEW,
  APP_SERVICE,
  ASPIRE,
  APP_SERVICE_PRACTICES,
];

/** The rules of a guide, in the order in which it first asks for them. */
export function rulesOf({ recommendations }: Guide): string[] {
  return [...new Set(recommendations.flatMap(({ rules }) => rules))];
}
