/** The address of the page of one app: its ARM id as segments, so that everything that has the id can link to it. */
import { hrefOf } from '../../state/location.ts';

export function appHref(id: string, query: Readonly<Record<string, string | null>> = {}): string {
  return hrefOf(['apps', ...id.split('/').filter(Boolean)], query);
}

/** The ARM id in the segments behind `apps`; null when there are none. */
export function appIdOf(path: readonly string[]): string | null {
  return path.length === 0 ? null : `/${path.join('/')}`;
}
