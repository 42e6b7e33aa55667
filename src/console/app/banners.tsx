/** What concerns every view: signed out, no answer, another version, stopped. */
import { answeredAt, askNow, isOnline, isStale, state } from '../state/live.ts';
import { isSignedOut, loadMe, sessionError, signInHref } from '../state/session.ts';
import { newVersion } from '../state/version.ts';
import { ErrorMessage, Message } from '../ui/message.tsx';

export function Banners() {
  const stop = state.value?.stopped;
  return (
    <>
      {isSignedOut.value && (
        <Message tone="danger" title="You are signed out.">
          <a href={signInHref()}>Sign in</a> to continue here.
        </Message>
      )}
      {!isSignedOut.value && <Freshness />}
      {sessionError.value && <ErrorMessage error={sessionError.value} retry={() => void loadMe()} />}
      {newVersion.value !== null && (
        <Message tone="info" title="A new version is available.">
          This page is of another version than the service.{' '}
          <button type="button" class="subtle" onClick={() => window.location.reload()}>
            Reload
          </button>
        </Message>
      )}
      {stop && (
        <Message tone="warning" title="Changes are stopped.">
          No changes are made. Reason: <bdi>{stop.reason}</bdi>
        </Message>
      )}
    </>
  );
}

/** That what is shown is not of now. */
function Freshness() {
  const at = answeredAt.value;
  const since = at === null ? '' : ` This page shows data from ${new Date(at).toLocaleTimeString('en', TIME)}.`;
  if (isOnline.value === false) {
    return (
      <Message tone="warning" title="You are offline.">
        The service does not answer.{since}{' '}
        <button type="button" class="subtle" onClick={askNow}>
          Try again
        </button>
      </Message>
    );
  }
  return isStale.value ? (
    <Message tone="warning" title="Out of date.">
      The service has not told its state.{since}
    </Message>
  ) : null;
}

const TIME = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
