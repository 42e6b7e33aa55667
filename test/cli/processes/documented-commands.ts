/** The `plumbline` commands of the pages. */
import { PROGRAM } from '../../../src/cli/program.ts';
import { flatten } from '../../../tools/generate/cli-page.ts';
import { commandsOf, type Page, pages } from '../../docs/pages.ts';

/** Each once, as it is shown behind `plumbline`, in the order of the pages. */
export function documentedCommands(): string[] {
  return [...new Set(pages().flatMap(commandsOf))];
}

/** The words that name a command, such as `approvals list`; null when there is none. */
export function nameOf(shown: string): string | null {
  const names = flatten(PROGRAM.commands, []).map(({ words }) => words);
  return names.filter((name) => `${shown} `.startsWith(`${name} `)).sort((a, b) => b.length - a.length)[0] ?? null;
}

/** What the prose of a page calls a command of `plumbline`. */
export function commandsInProse({ text }: Page): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/`(?:npx )?plumbline ([a-z][^`]*)`/g)].map(([, shown = '']) => shown);
}
