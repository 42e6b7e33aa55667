/** The list of views: at the left, where it can be folded to its icons; on a narrow page a menu. */
import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { state } from '../state/live.ts';
import { hrefOf, place } from '../state/location.ts';
import { stored } from '../state/stored.ts';
import { Icon } from './icons.tsx';
import { SavedViews } from './saved-views.tsx';
import { VIEWS } from './views.ts';

const isFolded = stored<boolean>('navigation-folded', false, {
  isValid: (value): value is boolean => typeof value === 'boolean',
});
/** On a narrow page. */
const isMenuOpen = signal(false);
const ID = 'navigation';

/** Opens and closes the menu; hidden where the navigation is at the left. */
export function MenuButton() {
  return (
    <button
      type="button"
      class="bare menu-button"
      aria-expanded={isMenuOpen.value}
      aria-controls={ID}
      aria-label="Menu"
      onClick={() => {
        isMenuOpen.value = !isMenuOpen.value;
      }}
    >
      <Icon name="menu" />
    </button>
  );
}

export function Navigation() {
  const { view } = place.value;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    isMenuOpen.value = false;
  }, [place.value]);
  useEffect(() => {
    if (isMenuOpen.value) nav.current?.querySelector('a')?.focus();
  }, [isMenuOpen.value]);
  const fold = isFolded.value ? 'Expand navigation' : 'Collapse navigation';
  return (
    <nav
      id={ID}
      ref={nav}
      aria-label="Views"
      class={`${isFolded.value ? 'folded' : ''} ${isMenuOpen.value ? 'open' : ''}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isMenuOpen.peek()) return;
        isMenuOpen.value = false;
        document.querySelector<HTMLElement>('.menu-button')?.focus();
      }}
    >
      <ul>
        {VIEWS.map(({ name, title }) => (
          <li key={name}>
            <a href={hrefOf(name)} aria-current={name === view ? 'page' : undefined} title={title}>
              <Icon name={name} />
              <span class="label">{title}</span>
              <Count view={name} />
            </a>
          </li>
        ))}
      </ul>
      <SavedViews />
      <button
        type="button"
        class="bare fold-button"
        aria-label={fold}
        title={fold}
        onClick={() => {
          isFolded.value = !isFolded.value;
        }}
      >
        <Icon name={isFolded.value ? 'expand' : 'collapse'} />
      </button>
    </nav>
  );
}

/** How many items of a view wait for somebody. */
function Count({ view }: { view: string }) {
  const counts: Readonly<Record<string, readonly [number, string] | undefined>> = state.value
    ? {
        approvals: [state.value.approvals.pending, 'pending'],
        'dead-letters': [state.value.deadLetters, 'failed'],
        scans: [state.value.scans.running, 'running'],
      }
    : {};
  const [count, what] = counts[view] ?? [0, ''];
  if (count === 0) return null;
  return (
    <span class="count">
      {count.toLocaleString('en')}
      <span class="visually-hidden"> {what}</span>
    </span>
  );
}
