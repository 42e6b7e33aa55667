/** The auto-heal rule that operators configure, in the form of App Service and in that of Terraform. */

import * as z from 'zod';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import { Block, type Body } from '../../declare/printers.ts';
import { objectsIn } from '../documents/arrays.ts';

const count = z.int().min(1).max(1_000_000);
const span = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/, 'must be a time span below a day, like 00:05:00');
const STATUS = '[1-5][0-9]{2}';

const triggers = z
  .strictObject({
    requests: z.strictObject({ count, timeInterval: span }).optional(),
    slowRequests: z.strictObject({ count, timeInterval: span, timeTaken: span }).optional(),
    /** Ranges like `500-599`. */
    statusCodesRange: z
      .array(
        z.strictObject({
          statusCodes: z.string().regex(new RegExp(`^${STATUS}-${STATUS}$`), 'must be a range of codes like 500-599'),
          count,
          timeInterval: span,
        }),
      )
      .min(1)
      .optional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'must name at least one trigger');

// Recycle only: a custom action runs a program on the worker, which a setting must not be able to choose.
const actions = z
  .strictObject({
    actionType: z.literal('Recycle').default('Recycle'),
    minProcessExecutionTime: span.default('00:10:00'),
  })
  .prefault({});

export const autoHealRule = z.strictObject({ triggers, actions });
export type AutoHealRule = z.infer<typeof autoHealRule>;

/** The value of `autoHealRules` for it. */
export function autoHealRules({
  triggers: { requests, slowRequests, statusCodesRange },
  actions: taken,
}: AutoHealRule): JsonObject {
  return {
    triggers: {
      ...(requests && { requests }),
      ...(slowRequests && { slowRequests }),
      ...(statusCodesRange && { statusCodesRange }),
    },
    actions: taken,
  };
}

/** Whether `autoHealRules` of a document has a trigger; null when the form is not known. */
export function hasTrigger(rules: Json | undefined): boolean | null {
  const found = membersOf(rules) && membersOf(membersOf(rules)?.triggers);
  if (!found || !membersOf(membersOf(rules)?.actions)) return null;
  const { requests, slowRequests, statusCodes, statusCodesRange, slowRequestsWithPath, privateBytesInKB } = found;
  const single = [requests, slowRequests].map((one) => one ?? null);
  const lists = [statusCodes, statusCodesRange, slowRequestsWithPath].map(objectsIn);
  const memory = privateBytesInKB ?? 0;
  if (!single.every((one) => one === null || isObject(one)) || lists.includes(null) || typeof memory !== 'number') {
    return null;
  }
  return single.some(isObject) || lists.some((list) => list && list.length > 0) || memory > 0;
}

/** Whether the action of `autoHealRules` is a program of its owner. */
export function hasCustomAction(rules: Json | undefined): boolean {
  const { customAction = null } = membersOf(membersOf(rules)?.actions) ?? {};
  return customAction !== null;
}

/** The block `auto_heal_setting`; since version 4 of azurerm its presence switches auto-heal on. */
export function autoHealBlock(rules: Json): Block {
  const { triggers: given, actions: taken } = membersOf(rules) ?? {};
  const { requests, slowRequests, statusCodesRange } = membersOf(given) ?? {};
  const { actionType = 'Recycle', minProcessExecutionTime = '00:10:00' } = membersOf(taken) ?? {};
  const ranges = Array.isArray(statusCodesRange) ? statusCodesRange : [];
  return new Block({
    trigger: new Block({
      ...(isObject(requests) ? { requests: new Block(named(requests)) } : {}),
      ...(isObject(slowRequests) ? { slow_request: new Block(named(slowRequests)) } : {}),
      ...(ranges.length > 0 ? { status_code: ranges.filter(isObject).map((range) => new Block(named(range))) } : {}),
    }),
    action: new Block({ action_type: actionType, minimum_process_execution_time: minProcessExecutionTime }),
  });
}

const NAMES: Readonly<Record<string, string>> = {
  statusCodes: 'status_code_range',
  timeInterval: 'interval',
  timeTaken: 'time_taken',
};

function named(trigger: JsonObject): Body {
  return Object.fromEntries(Object.entries(trigger).map(([name, value]) => [NAMES[name] ?? name, value]));
}

/** The members of an object; none when it is absent, null when it is something else. */
function membersOf(value: Json | undefined): JsonObject | null {
  if (value === null || value === undefined) return {};
  return isObject(value) ? value : null;
}
