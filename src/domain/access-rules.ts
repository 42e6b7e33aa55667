/** What App Service adds to a list of access restrictions on its own: the rule for everybody whom no other rule meets. */
import { isObject, type Json } from './json.ts';

/** The priority of the rule that says what the default action is. */
const LAST = 2_147_483_647;

/** Whether it restates the default action; it follows that one, so it is never written and never compared. */
export function isImplicitRule(rule: Json): boolean {
  return isForAny(rule) && rule.priority === LAST;
}

/** Whether App Service made it: the one above, or the only rule of a list without any, which may come first as well. */
export function isSyntheticRule(rule: Json): boolean {
  if (isImplicitRule(rule)) return true;
  return isForAny(rule) && rule.priority === 1 && isAllow(rule.action);
}

/** Whether the action of a rule is to allow. */
export function isAllow(action: Json | undefined): boolean {
  return typeof action === 'string' && action.toLowerCase() === 'allow';
}

function isForAny(rule: Json): rule is { [key: string]: Json } {
  return isObject(rule) && typeof rule.ipAddress === 'string' && rule.ipAddress.toLowerCase() === 'any';
}
