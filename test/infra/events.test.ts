/**
 * Event Grid delivers exactly the events that resourceChanged handles: it filters out no change and passes no others.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseEvent } from '../../src/domain/resources/event.ts';
import { at, declared, template } from './bicep.ts';

const bicep = template('event-subscriptions.bicep');
const filterShape = z.object({
  includedEventTypes: z.array(z.string()),
  advancedFilters: z.array(
    z.object({
      operatorType: z.enum(['StringContains', 'StringEndsWith']),
      key: z.string(),
      values: z.array(z.string()),
    }),
  ),
});
type Filter = z.infer<typeof filterShape>;
const subscriptions = declared('resource', bicep).filter(({ type }) => /\/eventSubscriptions@/.test(type));
const filters = subscriptions.map(({ value }) => filterShape.parse(at(value, 'properties', 'filter')));

const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000001';
const GROUP = `${SUBSCRIPTION}/resourceGroups/shop/providers`;
const TYPES = ['Write', 'Delete', 'Action'].flatMap((what) =>
  ['Success', 'Failure', 'Cancel'].map((end) => `Microsoft.Resources.Resource${what}${end}`),
);
const OURS = [
  'Microsoft.Web/sites/portal',
  'Microsoft.Web/sites/portal/slots/staging',
  'Microsoft.App/containerApps/basket',
  'Microsoft.App/managedEnvironments/main',
];
const CHILDREN = [
  '',
  '/config/web',
  '/config/appsettings',
  '/basicPublishingCredentialsPolicies/ftp',
  '/authConfigs/current',
  '/providers/Microsoft.Insights/diagnosticSettings/central',
  '/providers/Microsoft.Authorization/roleAssignments/x',
];
const OTHERS = [
  'Microsoft.Storage/storageAccounts/files',
  'Microsoft.Web/serverfarms/plan',
  'Microsoft.Resources/deployments/release',
  'Microsoft.Storage/storageAccounts/files/providers/Microsoft.Insights/diagnosticSettings/central',
  'Microsoft.App/jobs/nightly',
];
const OPERATIONS = [
  'Microsoft.Web/sites/write',
  'Microsoft.Web/sites/delete',
  'Microsoft.Web/sites/config/write',
  'Microsoft.Web/sites/slots/config/write',
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies/ftp/Write',
  'Microsoft.Web/sites/slots/slotsswap/Action',
  'Microsoft.Web/sites/slotsswap/action',
  'Microsoft.Web/sites/slots/applySlotConfig/Action',
  'Microsoft.Web/sites/resetSlotConfig/Action',
  'microsoft.web/sites/slotcopy/action',
  'microsoft.web/sites/slots/recover/action',
  'microsoft.web/sites/restoresnapshot/action',
  'microsoft.web/sites/slots/restorefromdeletedapp/action',
  'microsoft.web/sites/restorefrombackupblob/action',
  'microsoft.web/sites/slots/backups/restore/action',
  'Microsoft.Web/sites/slotsdiffs/Action',
  'Microsoft.Web/sites/backup/Action',
  'microsoft.web/sites/backups/list/action',
  'Microsoft.Web/sites/restart/Action',
  'Microsoft.Web/sites/config/list/Action',
  'Microsoft.App/containerApps/write',
  'Microsoft.App/containerApps/listSecrets/action',
  'Microsoft.App/managedEnvironments/write',
  'Microsoft.Insights/diagnosticSettings/write',
  'Microsoft.Resources/tags/write',
];

describe('guarantee 1: the event filter and resourceChanged agree', () => {
  test('the delivered events are exactly those that resourceChanged handles', () => {
    const subject = fc.oneof(
      fc.tuple(fc.constantFrom(...OURS), fc.constantFrom(...CHILDREN)).map((parts) => `${GROUP}/${parts.join('')}`),
      fc.constantFrom(...OTHERS).map((other) => `${GROUP}/${other}`),
      fc.constantFrom(SUBSCRIPTION, `${SUBSCRIPTION}/resourceGroups/shop`),
    );
    const spelling = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.toLowerCase(),
      (text) => text.toUpperCase(),
      (text) => text.replace(/(providers\/Microsoft\.(?:Web|App))\//, '$1//'),
    );
    let delivered = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...TYPES),
        subject,
        fc.constantFrom(...OPERATIONS),
        spelling,
        (eventType, id, operation, spelled) => {
          const event = { id: 'e', eventType, subject: spelled(id), data: { operationName: spelled(operation) } };
          const wanted = parseEvent(event).kind === 'change';
          const through = filters.filter((filter) => passes(filter, event)).length;
          if (wanted) delivered += 1;
          expect(through, JSON.stringify(event)).toBe(wanted ? 1 : 0);
        },
      ),
      { numRuns: 3000 },
    );
    expect(delivered).toBeGreaterThan(100);
  });

  test('an event of a read or a restart is not delivered', () => {
    for (const operationName of ['Microsoft.Web/sites/config/list/Action', 'Microsoft.Web/sites/restart/Action']) {
      const event = {
        eventType: 'Microsoft.Resources.ResourceActionSuccess',
        subject: `${GROUP}/${OURS[0]}`,
        data: { operationName },
      };
      expect(filters.some((filter) => passes(filter, event))).toBe(false);
    }
  });

  test('the filters are within the limits of Event Grid', () => {
    for (const { advancedFilters } of filters) {
      const values = advancedFilters.flatMap((one) => one.values);
      expect(advancedFilters.length).toBeLessThanOrEqual(25);
      expect(values.length).toBeLessThanOrEqual(25);
      expect(values.every((value) => value.length <= 512)).toBe(true);
      // A key with a dot inside a name, such as a claim's URI, cannot be used in a filter.
      expect(
        advancedFilters.map(({ key }) => key).every((key) => ['subject', 'data.operationName'].includes(key)),
      ).toBe(true);
    }
  });
});

describe('delivery', () => {
  test('each subscription delivers to the function, one event at a time, for one day, with the maximum of attempts', () => {
    const variables = Object.fromEntries(declared('variable', bicep).map(({ name, value }) => [name, value]));
    expect(variables.retryPolicy).toEqual({ maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 });
    expect(at(variables.destination, 'properties', 'maxEventsPerBatch')).toBe(1);
    expect(subscriptions).toHaveLength(2);
    for (const { value } of subscriptions) {
      for (const name of ['destination', 'retryPolicy', 'deadLetterDestination']) {
        expect(at(value, 'properties', name)).toEqual({ text: name });
      }
    }
  });

  test('the topic is the global one of the subscription, and no topic is created where one is given', () => {
    const [topic] = declared('resource', template('system-topic.bicep'));
    expect(at(topic?.value, 'location')).toBe('global');
    expect(at(topic?.value, 'properties', 'topicType')).toBe('Microsoft.Resources.Subscriptions');
    const made = declared('module', template('subscription-events.bicep')).find(({ name }) => name === 'topic');
    expect(made?.condition).toBe('(empty(given))');
  });

  test('events are dead-lettered only when an account is named, because the topic has no identity', () => {
    const account = declared('parameter', template('events.bicep')).find(({ name }) => name === 'deadLetterAccountId');
    expect(account?.value).toBe('');
  });
});

/** As Event Grid filters: all filters must match, one value each, without regard to case. */
function passes(
  { includedEventTypes, advancedFilters }: Filter,
  event: { eventType: string; subject: string; data: { operationName: string } },
): boolean {
  const has = (value: string, operator: string, wanted: string) =>
    operator === 'StringEndsWith' ? value.endsWith(wanted) : value.includes(wanted);
  return (
    includedEventTypes.includes(event.eventType) &&
    advancedFilters.every(({ operatorType, key, values }) => {
      const value = (key === 'subject' ? event.subject : event.data.operationName).toLowerCase();
      return values.some((wanted) => has(value, operatorType, wanted.toLowerCase()));
    })
  );
}
