/** The proposal to begin on few apps when more is written automatically. */
import type { Settings } from '../../api/types.ts';
import { documentOf } from '../../ui/settings-change/document.ts';
import type { ChangeOption } from '../../ui/settings-change/settings-change.tsx';
import { valueAt, withFieldValue } from './fields.ts';

const PROPOSED = [1, '10%', '100%'];
const STAGES = ['rollout', 'stages'] as const;

/** The option for a change of the mode. There is none when nothing more is written, or when the settings have stages. */
export function withStages(
  settings: Settings,
  next: Settings['mode'] | undefined,
  before: Settings['mode'],
): { readonly option?: ChangeOption } {
  const stages = valueAt(documentOf(settings), STAGES);
  if (next !== 'autofix' || before === next || !Array.isArray(stages) || stages.length > 0) return {};
  return {
    option: {
      label: 'Roll out in steps: 1 app, then 10%, then all',
      hint: 'A rule goes on to the next step when the apps of the one before stayed well.',
      initially: true,
      apply: (changed) => withFieldValue(changed, STAGES, PROPOSED),
    },
  };
}
