/** What concerns every view: signed out, no answer, stopped. */
import { state } from '../state/live.ts';
import { isSignedOut, loadMe, sessionError, signInHref } from '../state/session.ts';
import { ErrorMessage, Message } from '../ui/message.tsx';

export function Banners() {
  const stop = state.value?.stopped;
  return (
    <>
      {isSignedOut.value && (
        <Message tone="danger" title="You are signed out.">
          <a href={signInHref()}>Sign in</a> to go on here.
        </Message>
      )}
      {sessionError.value && <ErrorMessage error={sessionError.value} retry={() => void loadMe()} />}
      {stop && (
        <Message tone="warning" title="Stopped: no changes are made.">
          {stop.reason}
        </Message>
      )}
    </>
  );
}
