/** `plumbline settings edit`. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Conflict,
  differencesBetween,
  type JsonObject,
  mergeDocuments,
} from '../../console/ui/settings-change/document.ts';
import { type Client, createClient } from '../client/client.ts';
import type { DeploymentInput } from '../client/options.ts';
import { confirm, noTerminal } from '../framework/confirm.ts';
import type { Context } from '../framework/context.ts';
import { CommandFailure, invalidInput, messageOf } from '../framework/failure.ts';
import { printable } from '../framework/printable.ts';
import { differenceLines, review } from './review.ts';
import { loadSettings, SettingsChanged, type StoredSettings, saveSettings } from './stored.ts';

type Input = DeploymentInput & { readonly yes: boolean };

export async function edit(context: Context, input: Input): Promise<undefined> {
  // Before somebody writes what nobody could save.
  if (!input.yes && !context.stdin.isTerminal) throw noTerminal();
  const client = createClient(context, input);
  const stored = await loadSettings(client);
  // A folder of its own, which nobody else can read: settings name people and scopes.
  const folder = await mkdtemp(path.join(tmpdir(), 'plumbline-settings-'));
  const file = path.join(folder, 'settings.json');
  try {
    await editUntilSaved({ context, client, file, yes: input.yes }, stored, stored.document);
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    const wasEdited = await readFile(file, 'utf8').then(
      (text) => text !== textOf(stored.document),
      () => false,
    );
    if (wasEdited) context.stderr.write(`What you have edited is in ${file}\n`);
    else await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Editing {
  readonly context: Context;
  readonly client: Client;
  readonly file: string;
  readonly yes: boolean;
}

async function editUntilSaved(editing: Editing, stored: StoredSettings, shown: JsonObject): Promise<void> {
  const { context, client, file, yes } = editing;
  await writeFile(file, textOf(shown), { mode: 0o600 });
  await runEditor(context, file);
  const edited = await readEdited(file);
  if (differencesBetween(stored.document, edited).length === 0) {
    context.stdout.write('No changes.\n');
    return;
  }
  await review(context, client, { from: stored.document, to: edited });
  await confirm(context, 'Save?', yes);
  try {
    await saveSettings(client, edited, stored.etag);
    context.stdout.write('Saved.\n');
  } catch (error) {
    // Without a person nobody can review what both have changed.
    if (!(error instanceof SettingsChanged) || yes) throw error;
    const current = await loadSettings(client);
    const { merged, conflicts } = mergeDocuments(stored.document, edited, current.document);
    context.stderr.write(changedText(stored.document, current.document, conflicts));
    await confirm(context, 'Review and save again?', false);
    await editUntilSaved(editing, current, merged);
  }
}

function changedText(base: JsonObject, theirs: JsonObject, conflicts: readonly Conflict[]): string {
  const both = conflicts.map(({ path: where }) => printable(where.join(' › '))).join(', ');
  return [
    `Settings changed by someone else:\n${differenceLines(differencesBetween(base, theirs))}`,
    both === '' ? '' : `Both of you changed ${both}; your value is in the editor.\n`,
  ].join('');
}

/** Runs the editor on the terminal of this process. Throws CommandFailure when it cannot, or ends with an error. */
async function runEditor({ environment }: Context, file: string): Promise<void> {
  const editor = environment.VISUAL || environment.EDITOR || (process.platform === 'win32' ? 'notepad' : 'vi');
  // The variable may have arguments, as in `code --wait`.
  const child = spawn(`${editor} "${file}"`, { shell: true, stdio: 'inherit' });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((error: unknown) => {
    throw invalidInput(`the editor ${editor} cannot be started: ${messageOf(error)}; set EDITOR`);
  });
  if (code !== 0)
    throw new CommandFailure(2, `the editor ${editor} ended with ${code ?? 'a signal'}; nothing was saved`);
}

async function readEdited(file: string): Promise<JsonObject> {
  const text = await readFile(file, 'utf8');
  let content: JsonObject | null = null;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw invalidInput(`what you have edited is no JSON: ${messageOf(error)}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw invalidInput('settings must be a JSON object');
  return content;
}

function textOf(document: JsonObject): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
