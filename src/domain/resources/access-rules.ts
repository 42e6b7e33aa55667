/** The rules that App Service adds to a list of access restrictions, for callers that no other rule matches. */
import { isObject, type Json } from './json.ts';

/** The priority of the rule that shows the default action. */
const LAST = 2_147_483_647;

/** Whether the rule shows the default action. It follows that action, so it is never written and never compared. */
export function isImplicitRule(rule: Json): boolean {
  return isForAny(rule) && rule.priority === LAST;
}

/**
 * Whether App Service made the rule: an implicit rule, or the only rule of an otherwise empty list, which may have the
 * first priority.
 */
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
