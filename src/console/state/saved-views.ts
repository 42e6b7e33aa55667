/** Addresses with names: some that everybody has, and those that this person keeps in this browser. */
import { hrefOf } from './location.ts';
import { stored } from './stored.ts';

export interface SavedView {
  readonly title: string;
  readonly href: string;
}

/** The addresses of a day are made when they are shown. `today`: as `2026-01-31`, where the person is. */
export function builtInViews(today: string): readonly SavedView[] {
  return [
    { title: 'Mine to approve', href: hrefOf('approvals', { status: 'pending', mayDecide: 'true' }) },
    { title: 'Expiring in 24 h', href: hrefOf('approvals', { status: 'pending', expires: '24h', sort: 'expires' }) },
    { title: 'Blocked or failed', href: hrefOf('approvals', { status: 'blocked,unknown,failed' }) },
    { title: 'Fixed today', href: hrefOf('audit', { kind: 'fix.applied', from: today, to: today }) },
  ];
}

export const savedViews = stored<readonly SavedView[]>('saved-views', [], { isValid: isSavedViews });

/** Only addresses of this page: what is stored may come from an older version, or from somebody else. */
export function isSavedViews(value: unknown): value is readonly SavedView[] {
  return Array.isArray(value) && value.every(isSavedView);
}

function isSavedView(value: unknown): value is SavedView {
  if (typeof value !== 'object' || value === null || !('title' in value) || !('href' in value)) return false;
  return typeof value.title === 'string' && typeof value.href === 'string' && value.href.startsWith('#/');
}

/** Of two with the same title the later one stays. */
export function withView(views: readonly SavedView[], added: SavedView): readonly SavedView[] {
  return [...withoutView(views, added.title), added];
}

export function withoutView(views: readonly SavedView[], title: string): readonly SavedView[] {
  return views.filter((one) => one.title !== title);
}
