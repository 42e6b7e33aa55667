/** The progress of a roll-out in words. */
import type { Rollout } from '../../api/types.ts';
import { plural } from '../../ui/format/words.ts';

export function progressText({ status, stages, progress, stopped, ended }: Rollout): string {
  const { stage, apps, pending, left } = progress;
  if (status === 'ended') return ended?.reason ?? 'Ended.';
  if (stage === 0) return `Not begun. Stages: ${stagesText(stages)}.`;
  const done = `Stage ${stage} of ${stages.length}: ${apps - pending} of ${plural(apps, 'app')} done, ${left.toLocaleString('en')} wait.`;
  return status === 'stopped' && stopped ? `${done} Stopped: ${stopped.reason}` : done;
}

/** Such as `1 app, 10%, 100%`. */
export function stagesText(stages: Rollout['stages']): string {
  return stages.map((stage) => (typeof stage === 'number' ? plural(stage, 'app') : stage)).join(', ');
}
