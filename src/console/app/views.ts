/** The views of the console, in the order of the navigation. */
import type { ComponentType } from 'preact';
import { Health } from '../views/health/health.tsx';

export interface View {
  /** The first segment of its address. */
  readonly name: string;
  readonly title: string;
  /** `g`, then this key, goes there. */
  readonly key: string;
  readonly Component: ComponentType;
}

export const VIEWS: readonly View[] = [{ name: 'health', title: 'Health', key: 't', Component: Health }];
