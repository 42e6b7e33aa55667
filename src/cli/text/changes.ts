/** Changes, as people read them: setting, before, after. */
import type { Change } from '../../domain/changes/change.ts';
import { printable } from '../framework/printable.ts';

/** One change: `httpsOnly: false → true`. */
export function changeLine({ document, path, from, to }: Change): string {
  const where = document === 'resource' ? settingOf(path) : `${document} ${settingOf(path)}`;
  return printable(`${where}: ${valueText(from)} → ${valueText(to)}`);
}

/** The path without what every path begins with. */
function settingOf(path: string): string {
  return path.replace(/^\/(properties\/)?/, '');
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'not set';
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
