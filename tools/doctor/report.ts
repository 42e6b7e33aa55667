/** How a run is printed: a line for each check, and below it what to do. */
import { printable } from '../../src/cli/framework/printable.ts';
import type { CheckResult } from './checks.ts';
import type { Observation } from './observation.ts';

const MARKS = { ok: '✓ ok', failed: '✗ FAILED', 'not-checked': '– not checked' } as const;
const SEEN = { seen: '✓ seen', 'not-seen': '– not seen yet', otherwise: '✗ OTHERWISE' } as const;

export function checkLine(result: CheckResult): string {
  const line = row(MARKS[result.state], result.name, result.said);
  return result.state === 'failed' ? `${line}\n${' '.repeat(STATE)}→ ${printable(result.todo)}` : line;
}

export function observationLine({ name, state, said }: Observation): string {
  return row(SEEN[state], name, said);
}

/** The last line. */
export function verdict(results: readonly CheckResult[], observations: readonly Observation[]): string {
  const count = (state: CheckResult['state']) => results.filter((result) => result.state === state).length;
  const otherwise = observations.filter(({ state }) => state === 'otherwise').length;
  const said = `${count('ok')} ok, ${count('failed')} failed, ${count('not-checked')} not checked`;
  return otherwise === 0 ? said : `${said}; ${otherwise} otherwise than Plumbline relies on`;
}

export function isHealthy(results: readonly CheckResult[], observations: readonly Observation[]): boolean {
  return results.every(({ state }) => state !== 'failed') && observations.every(({ state }) => state !== 'otherwise');
}

const STATE = 16;
const NAME = 38;

function row(state: string, name: string, said: string): string {
  return printable(`${state.padEnd(STATE)}${name.padEnd(NAME)} ${said}`.trimEnd());
}
