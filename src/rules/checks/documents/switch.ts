/** Rules about one switch: a property with one right value, true, false or a word. */

import type { Change } from '../../../domain/changes/change.ts';
import type { DocumentName } from '../../../domain/resources/documents.ts';
import type { Json, JsonObject } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import type { Harm } from '../../../domain/rules/harm.ts';
import {
  type AdviceDefinition,
  type CheckResult,
  compliant,
  defineAdvice,
  defineRule,
  type Rule,
  type Tier,
  unknown,
  type Violation,
  violation,
} from '../../../domain/rules/rule.ts';
import { type Setting, settingsOf } from '../../declare/declarations.ts';
import type { Body } from '../../declare/printers.ts';
import { quoted, truthOf } from './leaves.ts';
import type { Section } from './sections.ts';

type Place = Pick<Section, 'document' | 'path'>;

/** A reason: a sentence without its full stop, or a function that makes the whole sentence from the value. */
type Reason = string | ((value: Json) => string);

export interface Switch {
  /** The name of the property in its section. */
  readonly leaf: string;
  /** The right value, which the fix writes. Words compare without case. */
  readonly value: boolean | string;
  /** Other words that are right. */
  readonly alsoRight?: readonly string[];
  /** The default of the service; null when that is not known. */
  readonly whenUnset: boolean | string | null;
  readonly right: Reason;
  /** A sentence gets the value added in brackets. */
  readonly wrong: Reason;
  /** The reason when the value is of another type. */
  readonly unclear?: string;
}

/** The definition of a rule with one switch. Without a `fix` it is advice. */
export interface SwitchDefinition extends Switch, Omit<AdviceDefinition<object>, DefinedBySection> {
  readonly fix?: string;
  readonly tier?: Tier;
  readonly harm?: Harm;
  /** All that is read, where that is more than the section needs. */
  readonly documents?: readonly DocumentName[];
  /** How azurerm declares the right value; null where it has no attribute for it. */
  readonly azurerm: Body | null;
  /** The result for a resource to which the switch does not apply; null for the others. */
  except?(snapshot: Snapshot, section: JsonObject): CheckResult | null;
  /** The judgement of a resource whose switch is wrong, where that takes more than the switch. */
  refine?(found: Violation, snapshot: Snapshot, section: JsonObject): CheckResult;
}

type DefinedBySection = 'documents' | 'parameters' | 'requiredDocuments' | 'isStricter' | 'check' | 'source';

/** Makes a rule of one switch in a section of a document. */
export function defineSwitch(section: Section, definition: SwitchDefinition): Rule<object> {
  const { leaf, value, azurerm, fix } = definition;
  const { document, documents } = section;
  const recommended: Setting = { document, path: `${section.path}/${leaf}`, to: value };
  const common = {
    documents,
    ...definition,
    check: (snapshot: Snapshot) => section.judge(snapshot, (part) => judgePart(snapshot, section, part, definition)),
    source: (changes: readonly Change[]) => section.declare(settingsOf(changes, recommended), azurerm),
  };
  return fix === undefined ? defineAdvice(common) : defineRule({ ...common, fix, writes: [document] });
}

function judgePart(snapshot: Snapshot, place: Place, part: JsonObject, definition: SwitchDefinition): CheckResult {
  const { fix, except, refine } = definition;
  const excepted = except?.(snapshot, part) ?? null;
  if (excepted) return excepted;
  const judgement = judgeSwitch(part, place, definition);
  if (judgement.verdict !== 'violation') return judgement;
  const found = fix === undefined ? { ...judgement, changes: [] } : judgement;
  return refine?.(found, snapshot, part) ?? found;
}

/** Checks the switch at this path of a section; a value of another type is unknown. */
export function judgeSwitch(section: JsonObject, { document, path }: Place, definition: Switch): CheckResult {
  const { leaf, value, whenUnset, right, wrong } = definition;
  const from = section[leaf] ?? null;
  const isRight = compare(from ?? whenUnset, definition);
  if (isRight === null) return unknown(definition.unclear ?? unclearReason(definition));
  if (isRight) return compliant(typeof right === 'string' ? `${right}.` : right(from));
  const reason = typeof wrong === 'string' ? `${wrong} (${leaf} is ${quoted(from)}).` : wrong(from);
  return violation(reason, [{ document, path: `${path}/${leaf}`, from, to: value }]);
}

/** Whether the value found is right; null when it is of another type. */
function compare(found: Json, { value, alsoRight = [] }: Switch): boolean | null {
  if (typeof value === 'boolean') {
    const truth = truthOf(found);
    return truth === null ? null : truth === value;
  }
  if (typeof found !== 'string') return null;
  return [value, ...alsoRight].some((word) => word.toLowerCase() === found.toLowerCase());
}

function unclearReason({ leaf, value }: Switch): string {
  return typeof value === 'boolean' ? `${leaf} is neither true nor false.` : `${leaf} is no text.`;
}
