import { describe, expect, test } from 'vitest';
import { DOCUMENTS } from '../../../src/domain/resources/documents.ts';
import { ACTIVITY_READ, actionsOf, rolesFor } from '../../../src/domain/rules/permissions.ts';
import { rules } from '../../../src/rules/index.ts';
import { ruleLike } from '../../domain/examples.ts';

const SITE_WRITE = 'Microsoft.Web/sites/write';
const CONFIG_WRITE = 'Microsoft.Web/sites/config/write';

describe('guarantee 13: roles follow from the documents that rules read and write', () => {
  const roles = rolesFor(rules);
  const all = [...roles.reader, ...roles.writer.strict, ...roles.linked].map(({ action }) => action);

  test('the reader has read actions only, for every document', () => {
    expect(actionsOf(roles.reader).filter((action) => !/\/read$/.test(action))).toEqual([]);
    for (const { readActions } of DOCUMENTS)
      expect(actionsOf(roles.reader)).toEqual(expect.arrayContaining([...readActions]));
  });

  test('the reader may read the Activity Log with any rules, and the writer need not', () => {
    const { reader, writer } = rolesFor([]);
    expect(reader).toContainEqual({
      action: ACTIVITY_READ,
      because: ['who changed a resource, when no event says it'],
    });
    expect(actionsOf(writer.strict)).not.toContain(ACTIVITY_READ);
  });

  test('no action is a wildcard, lists secrets or restarts', () => {
    expect(all.filter((action) => /\*|list|restart|publish.*action/i.test(action))).toEqual([]);
  });

  test('no action is one that Azure does not list for slots, because it would refuse the whole role', () => {
    expect(all.filter((action) => /slots\/(slots|privateEndpointConnections)\//.test(action))).toEqual([]);
  });

  test('slots have their own actions', () => {
    const ofSites = all.filter((action) =>
      /^Microsoft\.Web\/sites\/(?!slots\/|privateEndpointConnections\/)/.test(action),
    );
    const ofSlots = ofSites.map((action) => action.replace('sites/', 'sites/slots/'));
    expect(all).toEqual(expect.arrayContaining(ofSlots));
  });

  test('the writer of a profile has the actions that its rules declare, and no more', () => {
    const strictly = ruleLike({ id: 'webapp-strict', profile: 'strict', writes: ['resource'] });
    const { writer, linked } = rolesFor([ruleLike(), strictly]);
    expect(actionsOf(writer.baseline)).toContain(CONFIG_WRITE);
    expect(actionsOf(writer.baseline)).not.toContain(SITE_WRITE);
    expect(actionsOf(writer.strict)).toEqual(expect.arrayContaining([CONFIG_WRITE, SITE_WRITE]));
    expect(actionsOf(linked)).toContain('Microsoft.Network/virtualNetworks/subnets/join/action');
  });

  test('a document name of several kinds is written on the kind of the rule only', () => {
    const { writer } = rolesFor([ruleLike({ kind: 'environment', writes: ['resource'] })]);
    expect(actionsOf(writer.strict).filter((action) => action.endsWith('/write'))).toEqual([
      'Microsoft.App/managedEnvironments/write',
    ]);
  });

  test('a document that rules only read has no write action', () => {
    const { writer, linked } = rolesFor([ruleLike({ documents: ['resource'], writes: [] })]);
    expect(actionsOf(writer.strict).filter((action) => !action.endsWith('/read'))).toEqual([]);
    expect(linked).toEqual([]);
  });
});
