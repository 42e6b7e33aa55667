/** The settings that apply to an app, as lines for a table. */
import type { EffectiveSettings } from '../../api/types.ts';
import { MODE_WORDS, wordOf } from '../../ui/format/words.ts';
import { nameOfSetting } from '../../ui/settings-change/names.ts';

export interface EffectiveLine {
  readonly name: string;
  readonly value: string;
  readonly from: string;
}

interface Sourced {
  readonly value: unknown;
  readonly from: string;
}

const SINGLE = ['mode', 'profile', 'stopped', 'approvers', 'window', 'frozen', 'healthGate', 'tagOptDown'] as const;
const GROUPS = ['limits', 'approvals', 'sweep', 'healthGate', 'rollout'] as const;

/** The settings of the app itself: what is set somewhere first, defaults behind. */
export function effectiveLines(settings: EffectiveSettings): EffectiveLine[] {
  const members: Readonly<Record<string, unknown>> = settings;
  const single = SINGLE.flatMap((name) => lineOf(name, members[name]));
  const grouped = GROUPS.flatMap((group) => {
    const inner = members[group];
    if (typeof inner !== 'object' || inner === null || isSourced(inner)) return [];
    return Object.entries(inner).flatMap(([name, value]) => lineOf(`${group}/${name}`, value));
  });
  return [...single, ...grouped].toSorted((a, b) => Number(a.from === 'default') - Number(b.from === 'default'));
}

/** The rules of which a setting differs from how they come. */
export function changedRules(settings: EffectiveSettings): EffectiveLine[] {
  return settings.rules.flatMap(({ rule, enabled, tier, parameters }) => {
    const all: [string, Sourced][] = [
      ['enabled', enabled],
      ['tier', tier],
      ...Object.entries(parameters).map(([name, value]): [string, Sourced] => [`parameters/${name}`, value]),
    ];
    return all
      .filter(([, { from }]) => from !== 'default')
      .map(([name, { value, from }]) => ({
        name: nameOfSetting(['rules', rule, ...name.split('/')]),
        value: valueText(value),
        from,
      }));
  });
}

function lineOf(path: string, value: unknown): EffectiveLine[] {
  if (path === 'mode' && isSourced(value)) {
    const mode = String(value.value);
    return [{ name: nameOfSetting(['mode']), value: wordOf(MODE_WORDS, mode), from: value.from }];
  }
  if (!isSourced(value)) return [];
  return [{ name: nameOfSetting(path.split('/')), value: valueText(value.value), from: value.from }];
}

function isSourced(value: unknown): value is Sourced {
  return (
    typeof value === 'object' && value !== null && 'value' in value && 'from' in value && typeof value.from === 'string'
  );
}

/** A value in a few words. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'Not set';
  if (typeof value === 'boolean') return value ? 'On' : 'Off';
  if (Array.isArray(value)) return value.length === 0 ? 'None' : value.map(valueText).join(', ');
  if (typeof value !== 'object') return String(value);
  const { days, from, to, timeZone, until, reason }: Readonly<Record<string, unknown>> = { ...value };
  if (Array.isArray(days)) return `${days.join(', ')} ${from} to ${to}, ${timeZone}`;
  if (typeof until === 'string') return `Until ${until}: ${reason}`;
  return typeof reason === 'string' ? reason : JSON.stringify(value);
}
