/** What is true of the whole service, and who is signed in. */
import { isOnline, state } from '../state/live.ts';
import { me, SIGN_OUT_HREF, signInHref } from '../state/session.ts';

export function Header() {
  return (
    <header>
      <span class="product">Plumbline</span>
      {state.value && <span class="badge">{state.value.stopped ? 'Stopped' : `Mode ${state.value.mode}`}</span>}
      <span class="spacer" />
      {isOnline.value === false && <span class="badge warning">Offline</span>}
      <Person />
    </header>
  );
}

function Person() {
  const person = me.value;
  if (!person) return <a href={signInHref()}>Sign in</a>;
  const roles = person.roles.map((role) => role.replace('Plumbline.', '')).join(', ');
  return (
    <>
      <span class="person">
        <bdi>{person.name ?? person.objectId}</bdi> <small>{roles}</small>
      </span>
      <a href={SIGN_OUT_HREF}>Sign out</a>
    </>
  );
}
