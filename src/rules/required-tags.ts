/** The tags that every app must have, and where their values come from: the resource group that the app lies in. */
import * as z from 'zod';
import type { Change } from '../domain/change.ts';
import type { DocumentName } from '../domain/documents.ts';
import { isObject, type Json, pointerOf } from '../domain/json.ts';
import { compliant, type Judgement, judgeProperties, notApplicable, unknown, unread } from '../domain/rule.ts';
import { bodyOf, type Snapshot, stateOf } from '../domain/snapshot.ts';
import { referencesOf } from './references.ts';
import type { Body } from './source-lines.ts';
import { bodyOf as bodyWith, type Setting, settingsOf } from './sources.ts';
import { tagName } from './tags.ts';

const parameters = z.object({
  tags: z
    .array(tagName)
    .max(50)
    .refine((names) => new Set(names.map(lower)).size === names.length, 'must name each tag once; cases do not matter')
    .default([])
    .describe(
      'Names of the tags, which Azure compares without case; without any the rule has nothing to ask. 50 fit on an app.',
    ),
});
type RequiredTags = z.infer<typeof parameters>;

/** What is recommended where nothing can be written. */
const OWNER_TAG: Setting = { document: 'resource', path: '/tags/owner', to: 'team' };

const DOCUMENTS: readonly DocumentName[] = ['resource', 'resourceGroup'];

/** The rule, but for what it is about and how that declares its tags. */
export const requiredTags = {
  version: 1,
  title: 'Required tags are present',
  why: 'Tags say whose an app is and what it is for; without them nobody knows whom to ask when something is wrong with it.',
  fix: 'Merges the missing tags into those of the app, with the values that its resource group carries.',
  risk: 'Tools for costs and deployments read tags, and take the app for what they say from then on.',
  severity: 'low',
  tier: 'risky',
  profile: 'baseline',
  reversible: true,
  documents: DOCUMENTS,
  writes: ['resource'],
  parameters,
  // Without required tags nothing has to be read for them.
  needs: ({ tags }: RequiredTags) => (tags.length === 0 ? [] : DOCUMENTS),
  stricter: ({ tags }: RequiredTags) => tags.length > 0,
  references: referencesOf({ MCSB: ['AM-1'] }),
  check: judgeRequiredTags,
} as const;

/** The tags that the changes set, or one that is recommended: as settings, and as the map of Terraform. */
export function tagsToDeclare(changes: readonly Change[]): { settings: readonly Setting[]; tags: Body } {
  const settings = settingsOf(changes, OWNER_TAG);
  const { tags } = bodyWith(settings, 'resource');
  return { settings, tags: isObject(tags) ? tags : {} };
}

/** Judges whether each tag is there and says something. A fix that leaves one of them missing would be none. */
function judgeRequiredTags(snapshot: Snapshot, { tags: required }: RequiredTags): Judgement {
  return judgeProperties(snapshot, 'resource', (_, { tags }) => {
    if (required.length === 0) return notApplicable('No tags are required.');
    const own = tagsIn(tags);
    if (!own) return unknown('The tags of the app are no texts.');
    const missing = required.flatMap((name) => {
      const [spelled, value] = own.get(lower(name)) ?? [name, null];
      return saysSomething(value) ? [] : [{ name: spelled, from: value }];
    });
    if (missing.length === 0) return compliant('Every required tag has a value.');
    const reason = `Without a value: ${missing.map(({ name }) => name).join(', ')}.`;
    return { verdict: 'violation', ...withGroupValues(snapshot, reason, missing) };
  });
}

function withGroupValues(
  snapshot: Snapshot,
  reason: string,
  missing: readonly { name: string; from: Json }[],
): { readonly reason: string; readonly changes: readonly Change[] } {
  const group = bodyOf(snapshot, 'resourceGroup');
  if (!group) {
    return { reason: `${reason} ${unread('resourceGroup', stateOf(snapshot, 'resourceGroup'))}.`, changes: [] };
  }
  const values = tagsIn(group.tags) ?? new Map<string, Tag>();
  const changes = missing.flatMap(({ name, from }): Change[] => {
    const [, to] = values.get(lower(name)) ?? [name, null];
    return saysSomething(to) ? [{ document: 'resource', path: pointerOf(['tags', name]), from, to }] : [];
  });
  if (changes.length === missing.length) return { reason: `${reason} The resource group has one.`, changes };
  const lacking = missing.filter(({ name }) => !saysSomething(values.get(lower(name))?.[1] ?? null));
  const names = lacking.map(({ name }) => name).join(', ');
  return { reason: `${reason} The resource group has no value for ${names} either.`, changes: [] };
}

type Tag = readonly [spelled: string, value: string | null];

/** Tags by their name in lower case; null when they are no tags. */
function tagsIn(tags: Json | undefined): Map<string, Tag> | null {
  if ((tags ?? null) === null) return new Map();
  if (!isObject(tags)) return null;
  const found = Object.entries(tags).flatMap(([name, value]): [string, Tag][] =>
    value === null || typeof value === 'string' ? [[lower(name), [name, value]]] : [],
  );
  return found.length === Object.keys(tags).length ? new Map(found) : null;
}

function saysSomething(value: string | null): boolean {
  return value !== null && value.trim() !== '';
}

function lower(name: string): string {
  return name.toLowerCase();
}
