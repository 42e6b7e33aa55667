/** The tags that every app must have; their values come from the resource group of the app. */

import * as z from 'zod';
import type { Change } from '../../../domain/changes/change.ts';
import type { DocumentName } from '../../../domain/resources/documents.ts';
import { isObject, type Json, pointerOf } from '../../../domain/resources/json.ts';
import { bodyOf, type Snapshot, stateOf } from '../../../domain/resources/snapshot.ts';
import {
  type CheckResult,
  compliant,
  defineRule,
  notApplicable,
  unknown,
  unreadReason,
  violation,
} from '../../../domain/rules/rule.ts';
import { bodyOf as bodyWith, type Setting, settingsOf } from '../../declare/declarations.ts';
import { checkProperties, type Section } from '../documents/sections.ts';
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

/** Makes the rule about the tags of a kind of resource; `declare` gives the lines for settings and attributes of azurerm. */
export function defineRequiredTags(id: string, declare: Section['declare']) {
  return defineRule({
    id,
    title: 'Required tags are present',
    why: 'Tags name the owner and the purpose of an app. Without them nobody knows whom to ask when something is wrong with it.',
    fix: 'Merges the missing tags into those of the app, with the values of its resource group.',
    risk: 'Tools for costs and deployments read tags, and use the new values from then on.',
    harm: 'invisible',
    severity: 'low',
    documents: DOCUMENTS,
    parameters,
    // Without required tags nothing has to be read for them.
    requiredDocuments: ({ tags }) => (tags.length === 0 ? [] : DOCUMENTS),
    isStricter: ({ tags }) => tags.length > 0,
    references: { MCSB: ['AM-1'] },
    check: judgeRequiredTags,
    source(changes) {
      const settings = settingsOf(changes, OWNER_TAG);
      const { tags } = bodyWith(settings, 'resource');
      return declare(settings, { tags: isObject(tags) ? tags : {} });
    },
  });
}

/** Checks whether each tag has a value. There are changes only when they add all that are missing. */
function judgeRequiredTags(snapshot: Snapshot, { tags: required }: RequiredTags): CheckResult {
  return checkProperties(snapshot, 'resource', (_, { tags }) => {
    if (required.length === 0) return notApplicable('No tags are required.');
    const own = tagsIn(tags);
    if (!own) return unknown('The tags of the app are no texts.');
    const missing = required.flatMap((name) => {
      const [spelled, value] = own.get(lower(name)) ?? [name, null];
      return hasValue(value) ? [] : [{ name: spelled, from: value }];
    });
    if (missing.length === 0) return compliant('Every required tag has a value.');
    const reason = `Without a value: ${missing.map(({ name }) => name).join(', ')}.`;
    return withGroupValues(snapshot, reason, missing);
  });
}

/** The violation that the values of the resource group make right, or advice where they do not. */
function withGroupValues(
  snapshot: Snapshot,
  reason: string,
  missing: readonly { name: string; from: Json }[],
): CheckResult {
  const group = bodyOf(snapshot, 'resourceGroup');
  if (!group) return violation(`${reason} ${unreadReason('resourceGroup', stateOf(snapshot, 'resourceGroup'))}.`);
  const values = tagsIn(group.tags) ?? new Map<string, Tag>();
  const changes = missing.flatMap(({ name, from }): Change[] => {
    const [, to] = values.get(lower(name)) ?? [name, null];
    return hasValue(to) ? [{ document: 'resource', path: pointerOf(['tags', name]), from, to }] : [];
  });
  if (changes.length === missing.length) return violation(`${reason} The resource group has one.`, changes);
  const lacking = missing.filter(({ name }) => !hasValue(values.get(lower(name))?.[1] ?? null));
  const names = lacking.map(({ name }) => name).join(', ');
  return violation(`${reason} The resource group has no value for ${names} either.`);
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

function hasValue(value: string | null): boolean {
  return value !== null && value.trim() !== '';
}

function lower(name: string): string {
  return name.toLowerCase();
}
