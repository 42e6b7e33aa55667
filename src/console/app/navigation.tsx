/** The list of views. */

import { state } from '../state/live.ts';
import { hrefOf, place } from '../state/location.ts';
import { VIEWS } from './views.ts';

export function Navigation() {
  const { view } = place.value;
  return (
    <nav aria-label="Views">
      <ul>
        {VIEWS.map(({ name, title }) => (
          <li key={name}>
            <a href={hrefOf(name)} aria-current={name === view ? 'page' : undefined}>
              <span>{title}</span>
              <Count view={name} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** How many items of a view wait for somebody. */
function Count({ view }: { view: string }) {
  const counts: Readonly<Record<string, number | undefined>> = {
    approvals: state.value?.approvals.pending,
    'dead-letters': state.value?.deadLetters,
    scans: state.value?.scans.running,
  };
  const count = counts[view] ?? 0;
  return count === 0 ? null : <span class="count">{count.toLocaleString('en')}</span>;
}
