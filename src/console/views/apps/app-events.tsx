/** The latest events of an app: who changed it, and what Plumbline made of it. */
import type { Explained } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { Person } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { Empty } from '../../ui/message.tsx';
import { Scroll } from '../../ui/scroll.tsx';
import { wordOfOutcome, wordsOfGate } from './explain.ts';

export function AppEvents({ explained: { events, trigger, sweep, healthGates = [] } }: { explained: Explained }) {
  return (
    <>
      <p>
        Last checked because of {triggerText(trigger)}.
        {sweep?.readAt && (
          <>
            {' '}
            A sweep last read all of it <Time at={sweep.readAt} />.
          </>
        )}
      </p>
      {healthGates.map((gate) => (
        <p key={gate.startedAt}>
          {wordsOfGate(gate)} <Time at={gate.endedAt ?? gate.startedAt} />.{' '}
          {gate.reasons.map(({ text }) => text).join(' ')}
        </p>
      ))}
      {events.length === 0 ? (
        <Empty title="No events">Nobody has changed this app since Plumbline watches it.</Empty>
      ) : (
        <Scroll label="Events">
          <table class="plain">
            <caption class="visually-hidden">The latest 20 events</caption>
            <thead>
              <tr>
                <th scope="col">Received</th>
                <th scope="col">Operation</th>
                <th scope="col">Changed by</th>
                <th scope="col">Result</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {events.map((event) => (
                <tr key={event.eventId}>
                  <td>
                    <Time at={event.receivedAt} />
                  </td>
                  <td>
                    <code>{event.operation}</code>
                  </td>
                  <td>
                    <Person of={event.changedBy} />
                  </td>
                  <td>
                    {wordOfOutcome(event.outcome)}
                    {event.auditIds.length > 0 && (
                      <>
                        {' '}
                        <a href={hrefOf('audit', { open: event.auditIds[0] })}>
                          {event.auditIds.length === 1 ? '1 entry' : `${event.auditIds.length} entries`}
                        </a>
                      </>
                    )}
                  </td>
                  <td>{event.reasons.map(({ text }) => text).join(' ') || '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

const TRIGGERS: Readonly<Record<string, string>> = {
  event: 'an event',
  sweep: 'a sweep',
  scan: 'a scan',
  decision: 'a decision about an approval',
};

function triggerText(trigger: Explained['trigger']): string {
  return (trigger && TRIGGERS[trigger.type]) ?? 'an earlier version';
}
