/** What each section of the settings gets. */
import type { Settings } from '../../api/types.ts';
import type { SettingsChangeProps } from '../../ui/settings-change/settings-change.tsx';

export type PendingChange = Omit<SettingsChangeProps, 'onClose'>;

export interface SectionProps {
  readonly settings: Settings;
  /** Whether the signed-in person may change settings. */
  readonly mayChange: boolean;
  /** Opens the preview of a change. */
  ask(change: PendingChange): void;
}
