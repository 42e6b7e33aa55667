/** The settings that are one number, one switch or one choice, by section. */
import type { Json, JsonObject } from '../../ui/settings-change/document.ts';
import { nameOfSetting } from '../../ui/settings-change/names.ts';

export interface Field {
  /** Of two names at most. */
  readonly path: readonly [string, string?];
  readonly hint?: string;
  readonly kind:
    | { readonly type: 'number'; readonly min: number; readonly max: number; readonly step?: number }
    | { readonly type: 'switch' }
    | { readonly type: 'choice'; readonly options: Readonly<Record<string, string>> }
    | { readonly type: 'stages' };
}

export type FieldSection = 'limits' | 'approvals' | 'health-gate' | 'sweep';

const number = (min: number, max: number, step?: number) =>
  ({ type: 'number', min, max, ...(step === undefined ? {} : { step }) }) as const;
const SWITCH = { type: 'switch' } as const;

export const FIELDS: Readonly<Record<FieldSection, readonly Field[]>> = {
  limits: [
    {
      path: ['limits', 'fixesPerHour'],
      kind: number(0, 100_000),
      hint: 'The rest waits, oldest first. 0: none. Approved changes do not count.',
    },
    { path: ['limits', 'flapCount'], kind: number(1, 1000), hint: 'Somebody or something keeps changing it back.' },
    { path: ['limits', 'flapHours'], kind: number(1, 100_000) },
    {
      path: ['limits', 'resumeHours'],
      kind: number(1, 100_000),
      hint: 'After such a silence, with more apps waiting than the limit, an operator has to resume changes.',
    },
  ],
  approvals: [
    { path: ['approvals', 'expireHours'], kind: number(1, 100_000) },
    { path: ['approvals', 'rejectedDays'], kind: number(1, 100_000) },
    { path: ['approvals', 'separationOfDuties'], kind: SWITCH, hint: 'Who changed an app cannot approve a fix of it.' },
    {
      path: ['approvals', 'unknownChanger'],
      kind: { type: 'choice', options: { allow: 'Everybody with the role may approve', refuse: 'Nobody may approve' } },
    },
    {
      path: ['approvals', 'fromSweep'],
      kind: SWITCH,
      hint: 'Off: such violations are reported until an operator requests approval.',
    },
  ],
  'health-gate': [
    {
      path: ['healthGate', 'enabled'],
      kind: SWITCH,
      hint: 'Looks at an app before and after a fix with a restart, a new revision or changed traffic.',
    },
    { path: ['healthGate', 'minutes'], kind: number(5, 120) },
    { path: ['healthGate', 'rollback'], kind: SWITCH, hint: 'Off: Plumbline only tells.' },
    {
      path: ['healthGate', 'irreversible'],
      kind: { type: 'choice', options: { write: 'Are written', ask: 'Need approval' } },
    },
    {
      path: ['healthGate', 'maximumErrorShare'],
      kind: number(0, 1, 0.01),
      hint: 'A share from 0 to 1, for example 0.05 for 5 %.',
    },
    { path: ['healthGate', 'breaker'], kind: number(0, 1000) },
    {
      path: ['rollout', 'stages'],
      kind: { type: 'stages' },
      hint: 'Numbers of apps or shares of those that fail now, for example 1, 10%, 100%. Empty: no stages.',
    },
    { path: ['rollout', 'bakeMinutes'], kind: number(0, 10_080) },
  ],
  sweep: [
    { path: ['sweep', 'fullReadDays'], kind: number(1, 30) },
    { path: ['sweep', 'activityLog'], kind: SWITCH },
    {
      path: ['tagOptDown'],
      kind: SWITCH,
      hint: 'Owners of an app can lower its mode to audit or approve by the tag, never raise it.',
    },
  ],
};

/** The fields of a section that the settings of this service have. */
export function fieldsOf(section: FieldSection, document: JsonObject): readonly Field[] {
  return FIELDS[section].filter(({ path }) => valueAt(document, path) !== undefined);
}

export function labelOf({ path }: Field): string {
  return nameOfSetting(path.filter((name) => name !== undefined));
}

export function valueAt(document: JsonObject, [first, second]: Field['path']): Json | undefined {
  const member = document[first];
  if (second === undefined) return member;
  return typeof member === 'object' && member !== null && !Array.isArray(member)
    ? (member as JsonObject)[second]
    : undefined;
}

export function withFieldValue<T extends object>(settings: T, [first, second]: Field['path'], value: Json): T {
  if (second === undefined) return { ...settings, [first]: value };
  const members: unknown = Reflect.get(settings, first);
  return { ...settings, [first]: { ...(typeof members === 'object' ? members : {}), [second]: value } };
}

/** What somebody typed as a value, or what is wrong with it. */
export function parseField({ kind }: Field, text: string): { readonly value: Json } | { readonly problem: string } {
  switch (kind.type) {
    case 'number': {
      const value = Number(text);
      const isWhole = kind.step !== undefined || Number.isInteger(value);
      return text.trim() !== '' && isWhole && value >= kind.min && value <= kind.max
        ? { value }
        : { problem: `Enter a ${kind.step === undefined ? 'whole ' : ''}number from ${kind.min} to ${kind.max}.` };
    }
    case 'stages':
      return parseStages(text);
    default:
      return { value: kind.type === 'switch' ? text === 'true' : text };
  }
}

/** `1, 10%, 100%` */
export function parseStages(text: string): { readonly value: Json } | { readonly problem: string } {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const wrong = parts.find((part) => !/^(\d{1,6}|(100|\d{1,2})%)$/.test(part) || /^0+%?$/.test(part));
  if (wrong !== undefined) return { problem: `${wrong} is neither a number of apps nor a share such as 10%.` };
  return { value: parts.map((part) => (part.endsWith('%') ? part : Number(part))) };
}

/** A value as it is typed. */
export function textOf(value: Json | undefined): string {
  return Array.isArray(value) ? value.join(', ') : String(value ?? '');
}
