import { beforeEach, describe, expect, test } from 'vitest';
import { serviceIdentity } from '../../../simulator/identity/directory.ts';
import type { RaisedEvent } from '../../../simulator/simulator.ts';
import { soakApps } from '../../../tools/soak/apps.ts';
import { seededRandom } from '../../../tools/soak/random.ts';
import { createWriteCounter, type WriteCounter } from '../../../tools/soak/write-counter.ts';

const [app] = soakApps(1, seededRandom(1, 'apps')).map((one) => ({ ...one, wrong: ['config/web'] }));
if (!app) throw new Error('an estate of one app has one');
const somebody = '00000000-0000-4000-8000-000000000101';
let counter: WriteCounter;

beforeEach(() => {
  counter = createWriteCounter([app], { identity: serviceIdentity });
});

function wrote(path: string, objectId = serviceIdentity.objectId): void {
  const subject = `${app?.id.toUpperCase()}/${path}`;
  const event: RaisedEvent = {
    id: 'event',
    subject,
    eventType: '',
    operationName: '',
    body: { data: { claims: { objectId } } },
    state: 'waiting',
    attempts: [],
  };
  counter.record(event);
}

describe('the soak compares writes with drifts', () => {
  test('one write is allowed for an initial violation, and a second one is too many', () => {
    wrote('config/web');
    expect(counter.tooOften()).toEqual([]);
    wrote('config/web');
    expect(counter.tooOften()).toEqual([`${app.id.toLowerCase()} config/web: 2 writes for 1 drifts`]);
  });

  test('a write without a drift is too many', () => {
    wrote('basicPublishingCredentialsPolicies/scm');
    expect(counter.tooOften()).toHaveLength(1);
  });

  test('a drift allows one more write of its document only, under any name of a setting', () => {
    counter.expectWrite(app, 'diagnosticSettings/to-central');
    wrote('providers/microsoft.insights/diagnosticSettings/plumbline');
    expect(counter.tooOften()).toEqual([]);
    wrote('providers/microsoft.insights/diagnosticSettings/plumbline');
    expect(counter.tooOften()).toHaveLength(1);
  });

  test('a write by a user is not counted as a write of the service', () => {
    wrote('config/web', somebody);
    wrote('config/web', somebody);
    expect(counter).toMatchObject({ eventsOfUsers: 2, writes: 0 });
    expect(counter.tooOften()).toEqual([]);
  });
});
