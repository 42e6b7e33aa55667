/** Who is signed in, and what the page remembers for this person: theme and shortcuts. */
import { areKeysOn } from '../state/keys.ts';
import { me, SIGN_OUT_HREF, signInHref } from '../state/session.ts';
import { THEMES, theme } from '../state/theme.ts';
import { VERSION } from '../state/version.ts';
import { Icon } from './icons.tsx';

const ID = 'account';

export function Account() {
  const person = me.value;
  return (
    <>
      <button type="button" class="bare account-button" popovertarget={ID} aria-label={accountLabel()}>
        <Icon name="person" />
        {person && (
          <span class="label">
            <bdi>{person.name ?? person.objectId}</bdi>
          </span>
        )}
      </button>
      <section id={ID} class="account" popover="auto" aria-label="Account">
        {person ? (
          <>
            <strong>
              <bdi>{person.name ?? person.objectId}</bdi>
            </strong>
            <p class="roles">{person.roles.map((role) => role.replace('Plumbline.', '')).join(', ') || 'No role'}</p>
          </>
        ) : (
          <p>
            <a href={signInHref()}>Sign in</a>
          </p>
        )}
        <fieldset>
          <legend>Theme</legend>
          {THEMES.map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="theme"
                checked={theme.value === name}
                onChange={() => {
                  theme.value = name;
                }}
              />
              {name[0]?.toUpperCase() + name.slice(1)}
            </label>
          ))}
        </fieldset>
        <label>
          <input
            type="checkbox"
            checked={areKeysOn.value}
            onChange={({ currentTarget }) => {
              areKeysOn.value = currentTarget.checked;
            }}
          />
          Keyboard shortcuts
        </label>
        <p class="version">Plumbline {VERSION}</p>
        {person && (
          <a class="button" href={SIGN_OUT_HREF}>
            Sign out
          </a>
        )}
      </section>
    </>
  );
}

function accountLabel(): string {
  const name = me.value?.name ?? me.value?.objectId;
  return name === undefined ? 'Account' : `Account: ${name}`;
}
