/**
 * A scan from its options to what was read: chooses the rules, lists the resources, and reads them. It goes on from a
 * resume file, and leaves one when it does not come to its end.
 */
import { createHash } from 'node:crypto';
import { VERSION } from '../../api/framework/version.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { AnyRule, Profile } from '../../domain/rules/rule.ts';
import type { ParameterDefaults } from '../../domain/rules/settings.ts';
import type { Clock } from '../../workflows/ports/runtime.ts';
import { CommandFailure, invalidInput } from '../framework/failure.ts';
import type { AzureReader } from './azure.ts';
import { listTargets } from './list-targets.ts';
import { readTargets, type ScanEvent } from './read-targets.ts';
import { chooseRules, type PlaceOptions, placesOf, type RuleChoice, ruleFilter, type Selection } from './selection.ts';
import { openSpool, readHeader, type Spool, type SpoolHeader } from './spool.ts';

/** What the two commands that read Azure have in common. */
export interface CollectOptions extends PlaceOptions {
  readonly command: SpoolHeader['command'];
  readonly profile: Profile | null;
  /** The content of the settings file; null without one. */
  readonly settings: unknown;
  readonly rule: readonly string[];
  readonly benchmark: readonly string[];
  readonly plan: boolean;
  /** The resume file; null: one in a folder of its own. */
  readonly resume: string | null;
}

export interface Surroundings {
  readonly azure: AzureReader;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly rules: readonly AnyRule[];
  readonly defaults: ParameterDefaults;
  onEvent(event: ScanEvent): void;
}

export interface Collected {
  readonly header: SpoolHeader;
  readonly choice: RuleChoice;
  readonly resources: readonly Resource[];
  /** The subscriptions whose listing was not complete. */
  readonly incomplete: readonly string[];
  readonly spool: Spool;
}

/** Reads everything; `take` says what is kept of a snapshot. Throws CommandFailure, which names the resume file. */
export async function collect(
  options: CollectOptions,
  around: Surroundings,
  take: (snapshot: Snapshot, choice: RuleChoice, selection: Selection, now: Date) => object,
): Promise<Collected> {
  const { azure, clock, signal, rules, defaults, onEvent } = around;
  const header = headerOf(options, rules, clock.now());
  const choice = chooseRules(header.selection, rules, defaults);
  onEvent({ kind: 'listing' });
  const { resources: listed, incomplete } = await untilAborted(signal, listTargets(azure, clock, header.selection));
  const resources = listed.filter((one) => choice.rulesOf(one).length > 0);
  const named = new Set(header.selection.resources.map((id) => parseResourceId(id)?.key));
  const spool = openSpool(options.resume, header);
  try {
    await readTargets(resources, {
      ...{ azure, clock, signal, spool, onEvent, rulesOf: choice.rulesOf },
      isNamed: ({ key }) => named.has(key),
      take: (snapshot) => take(snapshot, choice, header.selection, clock.now()),
    });
  } catch (error) {
    throw withResumeFile(error, signal, { spool, total: resources.length, command: options.command });
  }
  return { header, choice, resources, incomplete, spool };
}

/** The first line of the resume file: that of the file that is there, or a new one. */
function headerOf(options: CollectOptions, rules: readonly AnyRule[], now: Date): SpoolHeader {
  const version = `${VERSION} ${rulesDigest(rules)}`;
  const begun = options.resume === null ? null : readHeader(options.resume);
  if (begun === null) {
    const { command, settings, profile, plan } = options;
    const selection = { ...placesOf(options), settings, profile, rules: ruleFilter(options, rules), plan };
    return { v: 1, command, version, startedAt: now.toISOString(), selection };
  }
  const { subscription, resourceGroup, resource, rule, benchmark } = options;
  const given = [subscription, resourceGroup, resource, rule, benchmark].some((list) => list.length > 0);
  if (given || options.profile !== null || options.settings !== null || options.plan) {
    throw invalidInput(
      `${options.resume} goes on with the scan that it is of. Leave out the options that say what to scan, or name another file.`,
    );
  }
  if (begun.command !== options.command) {
    throw invalidInput(`${options.resume} is of plumbline ${begun.command}: go on with that command`);
  }
  if (begun.version !== version) {
    throw invalidInput(`${options.resume} was made by another version of Plumbline. Remove it, and begin again.`);
  }
  return begun;
}

function rulesDigest(rules: readonly AnyRule[]): string {
  const text = rules.map(({ id, version }) => `${id} ${version}`).join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

interface Unfinished {
  readonly spool: Spool;
  readonly total: number;
  readonly command: string;
}

/** The failure that says how to go on. What was read is kept; nothing is kept when nothing was read. */
function withResumeFile(error: unknown, signal: AbortSignal, { spool, total, command }: Unfinished): unknown {
  const isFailure = error instanceof CommandFailure;
  if (!isFailure && !signal.aborted) {
    spool.keep();
    return error;
  }
  const failure = isFailure && !signal.aborted ? error : new CommandFailure(130, 'Interrupted.');
  if (spool.size === 0) {
    spool.discard();
    return failure;
  }
  const done = spool.size;
  const file = spool.keep();
  const advice = `${done} of ${total} are read. Go on with: plumbline ${command} --resume ${file}`;
  return new CommandFailure(failure.exitCode, `${failure.message} ${advice}`, { cause: error });
}

/** Ends the wait with the signal; what was asked for is not waited for. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new CommandFailure(130, 'Interrupted.'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (error) {
    throw signal.aborted ? new CommandFailure(130, 'Interrupted.', { cause: error }) : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
