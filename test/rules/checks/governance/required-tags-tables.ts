/** The tables of a rule about required tags, for each kind of app. */
import type { Json, JsonObject } from '../../../../src/domain/resources/json.ts';
import { resourceGroup } from '../../fixtures/resource-group.ts';
import type { Tables } from '../../rule-tester.ts';

const change = { document: 'resource', path: '/tags/owner', from: null, to: 'shop-team' } as const;
const parameters = { tags: ['owner', 'Cost Center'] };
const complete = { Owner: 'cart-team', 'cost center': '4711' };

/** The tables for a resource with the given tags. */
export function requiredTagsTables(resource: (tags: Json) => JsonObject): Omit<Tables, 'id'> {
  const documents = (tags: Json, group?: Json) => ({ resource: resource(tags), resourceGroup: resourceGroup(group) });
  return {
    compliant: [
      {
        title: 'every configured tag key has a non-empty value',
        documents: documents({ owner: 'cart-team', 'Cost Center': '4711' }),
        parameters,
      },
      {
        title: 'every configured tag key has a non-empty value: cases do not matter',
        documents: documents(complete),
        parameters,
      },
      {
        title: 'every configured tag key has a non-empty value: the group is not asked',
        documents: { resource: resource(complete) },
        parameters,
      },
    ],
    violation: [
      {
        title: 'Merge with the values the resource group carries',
        documents: documents({ 'Cost Center': '4711', note: '' }, { OWNER: 'shop-team', other: 'x' }),
        parameters,
        tier: 'risky',
        changes: [change],
        undo: false,
        reason: /^Without a value: owner\./,
      },
      {
        title: 'Merge with the values the resource group carries: of an app without tags',
        documents: documents(null, { owner: 'shop-team', 'Cost Center': '4711' }),
        parameters,
        tier: 'risky',
        changes: [{ ...change, path: '/tags/Cost Center', to: '4711' }, change],
        undo: false,
      },
      {
        title: 'an empty value is none, and is filled in under the name that is there',
        documents: documents({ ...complete, Owner: '' }, { owner: 'shop-team' }),
        parameters,
        tier: 'risky',
        changes: [{ ...change, path: '/tags/Owner', from: '' }],
      },
      {
        title: 'a name that a pointer has to escape',
        documents: documents({}, { 'team~shop': 'x' }),
        parameters: { tags: ['team~shop'] },
        tier: 'risky',
        changes: [{ ...change, path: '/tags/team~0shop', to: 'x' }],
        undo: false,
      },
      {
        title: 'advice where the group lacks them',
        documents: documents({}, null),
        parameters,
        tier: 'advice',
        changes: [],
        reason:
          /^Without a value: owner, Cost Center\. The resource group has no value for owner, Cost Center either\.$/,
      },
      {
        title: 'advice where the group lacks them: also when it lacks but one, for the rest would not be enough',
        documents: documents({}, { owner: 'shop-team', 'Cost Center': ' ' }),
        parameters,
        tier: 'advice',
        changes: [],
        reason: /has no value for Cost Center either\.$/,
      },
      {
        title: 'advice where the group was not read',
        documents: { resource: resource({}) },
        parameters,
        tier: 'advice',
        changes: [],
        reason: /resourceGroup was not read\.$/,
      },
      {
        title: 'advice where the tags of the group are none',
        documents: documents({}, ['owner']),
        parameters,
        tier: 'advice',
        changes: [],
      },
    ],
    notApplicable: [{ title: 'none configured = not applicable', documents: documents({}) }],
    unknown: [
      { title: 'not read', documents: {}, parameters },
      { title: 'not read, also where none are configured', documents: {} },
      { title: 'gone', documents: { resource: null }, parameters },
      { title: 'tags that are none', documents: documents('owner'), parameters },
      { title: 'a tag that is no text', documents: documents({ owner: 1 }), parameters },
    ],
  };
}
