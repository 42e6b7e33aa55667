/** Snapshot and settings files. Their errors name the file and the place in it, and never quote them. */
import { exceedsDepth, MAX_DEPTH } from '../../domain/resources/json.ts';
import { parseSnapshot, type Snapshot } from '../../domain/resources/snapshot.ts';
import type { AnyRule } from '../../domain/rules/rule.ts';
import { parseSettings, type Settings } from '../../domain/rules/settings.ts';
import { messageOf } from '../framework/failure.ts';

/** The JSON of a file. Throws an Error of one line. */
export function parseFile(file: string, read: (file: string) => string): unknown {
  const name = nameOf(file);
  let text: string;
  try {
    text = read(file);
  } catch (error) {
    throw new Error(`${name} cannot be read: ${messageOf(error)}`);
  }
  try {
    // Editors on Windows like to begin a file with a byte order mark, which is no JSON.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // Only the position: the message itself quotes the file, which may contain secrets.
    throw new Error(`${name} is no JSON${/ at position \d+/.exec(messageOf(error))?.[0] ?? ''}`);
  }
}

/** One snapshot or an array of them. Throws an Error that names index and path. */
export function snapshotsOf(content: unknown): Snapshot[] {
  return (Array.isArray(content) ? content : [content]).map((one, index) => {
    try {
      return parseSnapshot(one);
    } catch (error) {
      throw new Error(`snapshot ${index}, ${messageOf(error)}`);
    }
  });
}

/** The settings in the content of a file. Throws an Error that names every problem. */
export function settingsOf(content: unknown, file: string, rules: readonly AnyRule[]): Settings {
  const name = nameOf(file);
  if (exceedsDepth(content)) throw new Error(`${name} has more than ${MAX_DEPTH} levels`);
  const parsed = parseSettings(content, rules);
  if ('settings' in parsed) return parsed.settings;
  const problems = parsed.problems.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`);
  throw new Error(`${name}: ${problems.join('; ')}`);
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
