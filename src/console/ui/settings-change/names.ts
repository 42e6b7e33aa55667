/** Names of settings for people. */
import { scopeOption, scopeText } from '../scope/scope.ts';
import type { Json } from './document.ts';

const NAMES: Readonly<Record<string, string>> = {
  mode: 'Mode',
  profile: 'Profile',
  stopped: 'Emergency stop',
  'stopped/reason': 'Reason of the emergency stop',
  'limits/fixesPerHour': 'Automatic fixes an hour and subscription',
  'limits/flapCount': 'Fixes of the same violation before approval is needed',
  'limits/flapHours': 'Period in which such fixes are counted (hours)',
  'limits/resumeHours': 'Silence before Plumbline stops itself (hours)',
  'approvals/expireHours': 'Approvals expire after (hours)',
  'approvals/rejectedDays': 'A rejected change is not requested again for (days)',
  'approvals/separationOfDuties': 'Nobody approves a change of their own',
  'approvals/unknownChanger': 'When it is not known who changed the app',
  'approvals/fromSweep': 'Request approvals for violations found by the sweep',
  'sweep/fullReadDays': 'Every app is read in full within (days)',
  'sweep/activityLog': 'Read the Activity Log for lost events',
  'healthGate/enabled': 'Health gate',
  'healthGate/minutes': 'Watch an app after a fix for (minutes)',
  'healthGate/rollback': 'Roll back when an app gets worse',
  'healthGate/irreversible': 'Fixes with impact that cannot be rolled back',
  'healthGate/maximumErrorShare': 'Highest share of server errors',
  'healthGate/breaker': 'Worse apps an hour before changes stop in the subscription',
  'rollout/stages': 'Stages of a roll-out',
  'rollout/bakeMinutes': 'Wait after each stage (minutes)',
  tagOptDown: 'The tag plumbline-mode lowers the mode of an app',
  approvers: 'Approvers',
  window: 'Change window',
  frozen: 'Change freeze',
  scope: 'Scope',
};

/** The name of a setting by its path, such as `Resource group shop: Mode`. An unknown one is its path. */
export function nameOfSetting(path: readonly string[]): string {
  const [first = '', second, ...rest] = path;
  if (first === 'scopes' && second !== undefined) {
    return rest.length === 0 ? nameOfScope(second) : `${nameOfScope(second)}: ${nameOfSetting(rest)}`;
  }
  if (first === 'rules' && second !== undefined) {
    return rest.length === 0 ? `Rule ${second}` : `Rule ${second}: ${nameInRule(rest)}`;
  }
  return NAMES[path.join('/')] ?? path.join(' / ');
}

function nameInRule([member = '', ...rest]: readonly string[]): string {
  if (member === 'enabled') return 'Enabled';
  if (member === 'tier') return 'Tier';
  return member === 'parameters' && rest.length > 0 ? `Parameter ${rest.join('.')}` : [member, ...rest].join(' / ');
}

/** A scope in a few words: `Resource group shop`, an app by its name, `/` as everything. */
export function nameOfScope(id: string): string {
  if (id.split('/').filter(Boolean).length <= 1) return 'Everything';
  const { kind, name } = scopeOption(id);
  return kind === 'Subscription' || kind === 'Resource group' ? scopeText(id) : name;
}

/** A value in a few words. */
export function textOfValue(value: Json | undefined): string {
  if (value === undefined || value === null) return 'not set';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
