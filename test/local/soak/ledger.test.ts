import { beforeEach, describe, expect, test } from 'vitest';
import { serviceIdentity } from '../../../local/simulator/identity.ts';
import type { RaisedEvent } from '../../../local/simulator/simulator.ts';
import { soakApps } from '../../../local/soak/apps.ts';
import { chanceFrom } from '../../../local/soak/chance.ts';
import { type Ledger, openLedger } from '../../../local/soak/ledger.ts';

const [app] = soakApps(1, chanceFrom(1, 'apps')).map((one) => ({ ...one, wrong: ['config/web'] }));
if (!app) throw new Error('an estate of one app has one');
const somebody = '00000000-0000-4000-8000-000000000101';
let ledger: Ledger;

beforeEach(() => {
  ledger = openLedger([app], { identity: serviceIdentity });
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
  ledger.note(event);
}

describe('the soak counts writes against drifts', () => {
  test('one write for what was wrong from the start, and one more is too many', () => {
    wrote('config/web');
    expect(ledger.tooOften()).toEqual([]);
    wrote('config/web');
    expect(ledger.tooOften()).toEqual([`${app.id.toLowerCase()} config/web: 2 writes for 1 drifts`]);
  });

  test('a write that nothing called for is too many', () => {
    wrote('basicPublishingCredentialsPolicies/scm');
    expect(ledger.tooOften()).toHaveLength(1);
  });

  test('a drift allows one more write, of that document only, whatever the name of a setting is', () => {
    ledger.expectWrite(app, 'diagnosticSettings/to-central');
    wrote('providers/microsoft.insights/diagnosticSettings/plumbline');
    expect(ledger.tooOften()).toEqual([]);
    wrote('providers/microsoft.insights/diagnosticSettings/plumbline');
    expect(ledger.tooOften()).toHaveLength(1);
  });

  test('what people write is no write of the service', () => {
    wrote('config/web', somebody);
    wrote('config/web', somebody);
    expect(ledger).toMatchObject({ eventsOfPeople: 2, writes: 0 });
    expect(ledger.tooOften()).toEqual([]);
  });
});
