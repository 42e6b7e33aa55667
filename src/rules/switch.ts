/** A property that is true or false: one judgement for the rules that ask for one of them. */
import type { Json, JsonObject } from '../domain/json.ts';
import { compliant, type Judgement, unknown } from '../domain/rule.ts';
import { lowerCase } from './text.ts';
import { quoted } from './web-config.ts';

export interface SwitchDemand {
  readonly document: 'resource' | 'config/web';
  readonly name: string;
  readonly wanted: boolean;
  /** What holds where the document says nothing: the service's default. */
  readonly otherwise: boolean;
  /** What is right and what is wrong, each as a sentence without its full stop. */
  readonly right: string;
  readonly wrong: string;
  /** false: the rule only advises. */
  readonly fixable?: false;
}

/** Judges a switch among the properties of its document; what is neither true nor false is unknown. */
export function judgeSwitch(properties: JsonObject, demand: SwitchDemand): Judgement {
  const { document, name, wanted, right, wrong, fixable = true } = demand;
  const from = properties[name] ?? null;
  const found = from === null ? demand.otherwise : truthOf(from);
  if (found === null) return unknown(`${name} is neither true nor false.`);
  if (found === wanted) return compliant(`${right}.`);
  return {
    verdict: 'violation',
    reason: `${wrong} (${name} is ${quoted(from)}).`,
    changes: fixable ? [{ document, path: `/properties/${name}`, from, to: wanted }] : [],
  };
}

/** Some clients write the word. Anything else is neither, in whatever form it comes. */
export function truthOf(value: Json | undefined): boolean | null {
  if (typeof value === 'boolean') return value;
  const word = lowerCase(value);
  return word === 'true' ? true : word === 'false' ? false : null;
}
