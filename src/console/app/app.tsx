/** The frame of every view: header, navigation, what concerns the whole page, and the view that the address names. */
import { useEffect } from 'preact/hooks';
import { type Keys, useKeys } from '../state/keys.ts';
import { goTo, hrefOf, place } from '../state/location.ts';
import { hasRole, isSignedOut, me, sessionError, signInHref } from '../state/session.ts';
import { JobPanel } from '../ui/jobs/job-panel.tsx';
import { Empty, ErrorMessage } from '../ui/message.tsx';
import { Banners } from './banners.tsx';
import { Header } from './header.tsx';
import { KeysDialog, openKeysDialog } from './keys-dialog.tsx';
import { Navigation } from './navigation.tsx';
import { VIEWS } from './views.ts';

/** `g`, then the key of a view. */
const GO: Keys = Object.fromEntries(
  VIEWS.map(({ name, title, key }) => [`g ${key}`, { label: title, run: () => goTo(hrefOf(name)) }]),
);
const HELP: Keys = { '?': { label: 'Show this list', run: openKeysDialog } };

export function App() {
  const { view: name } = place.value;
  const landing = me.value === null ? null : landingView();
  useKeys(HELP, 'Everywhere');
  useKeys(GO, 'Go to');
  useEffect(() => {
    if (name === '' && landing) goTo(hrefOf(landing), { replace: true });
  }, [name, landing]);
  const view = VIEWS.find((one) => one.name === name);
  useEffect(() => {
    document.title = view ? `${view.title} - Plumbline` : 'Plumbline';
  }, [view]);
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: a link within the page, as readers expect it first */}
      <a class="skip-link" href="#main" onClick={focusMain}>
        Skip to main content
      </a>
      <Header />
      <div class="body">
        <Navigation />
        <main id="main" tabIndex={-1}>
          <Main name={name} />
        </main>
      </div>
      <JobPanel />
      <KeysDialog />
    </>
  );
}

/** A view is of use to a person who may read. */
function Main({ name }: { name: string }) {
  const view = VIEWS.find((one) => one.name === name);
  if (isSignedOut.value && me.value === null) return <SignedOut />;
  const refused = sessionError.value;
  if (refused?.status === 403) return <ErrorMessage error={refused} />;
  return (
    <>
      <Banners />
      {view ? <view.Component key={view.name} /> : name !== '' && <Unknown name={name} />}
    </>
  );
}

/** An approver comes to decide; everybody else to look. */
function landingView(): string {
  const wanted = hasRole('Approver') && !hasRole('Operator') ? 'approvals' : 'overview';
  return VIEWS.find(({ name }) => name === wanted)?.name ?? VIEWS[0]?.name ?? '';
}

/** The address has the view behind `#`, so the link cannot name an element there. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function SignedOut() {
  return (
    <Empty title="You are signed out">
      <p>Sign in to see approvals, findings and the audit log.</p>
      <a class="button primary" href={signInHref()}>
        Sign in
      </a>
    </Empty>
  );
}

function Unknown({ name }: { name: string }) {
  return (
    <Empty title="This page does not exist">
      There is no view with the name <code>{name}</code>. Choose one in the navigation.
    </Empty>
  );
}
