/** Six numbers that say how things are. Each leads to what it counts. */
import { now, shortDuration } from '../../state/clock.ts';
import type { Links } from './links.ts';
import { durationText, postureOf, total, usualSeconds } from './numbers.ts';
import type { Overview } from './use-overview.ts';

export function Tiles({ data, links, period }: { data: Overview; links: Links; period: number }) {
  const posture = data.rules.data && postureOf(data.rules.data.items);
  const pending = data.expiring.data;
  const oldest = pending?.items.map(({ requestedAt }) => requestedAt).sort()[0];
  const fixes = data.fixes.data;
  return (
    <ul class="tiles" aria-label="Numbers">
      <Tile
        title="Failing checks"
        href={links.findings()}
        value={posture?.failing.toLocaleString('en')}
        note={posture && posture.exempt > 0 ? `${posture.exempt.toLocaleString('en')} exempt` : ''}
      />
      <Tile
        title="Critical and high"
        href={links.findings({ severity: 'critical,high' })}
        value={posture?.severe.toLocaleString('en')}
        tone={posture && posture.severe > 0 ? 'danger' : ''}
      />
      <Tile
        title="Passing checks"
        href={links.findings({ verdict: 'compliant' })}
        value={posture && (posture.passing === null ? '–' : `${posture.passing} %`)}
        note="of those that apply"
      />
      <Tile
        title="Pending approvals"
        href={links.approvals()}
        value={pending && (pending.total ?? pending.items.length).toLocaleString('en')}
        note={oldest ? `oldest ${shortDuration(now.value - Date.parse(oldest))}` : ''}
      />
      <Tile
        title={`Fixed in ${period} days`}
        href={links.audit({ kind: 'fix.applied' })}
        value={fixes && total(fixes, 'applied').toLocaleString('en')}
        note={fixes && total(fixes, 'failed') > 0 ? `${total(fixes, 'failed').toLocaleString('en')} failed` : ''}
      />
      <Tile
        title="Usual time to fix"
        href={links.audit({ kind: 'fix.applied' })}
        value={data.timeToFix.data && durationText(usualSeconds(data.timeToFix.data))}
        note="from change to fix"
      />
    </ul>
  );
}

interface TileProps {
  readonly title: string;
  readonly href: string;
  readonly value: string | undefined;
  readonly note?: string | undefined;
  readonly tone?: string | undefined;
}

function Tile({ title, href, value, note = '', tone = '' }: TileProps) {
  return (
    <li class={`tile ${tone}`}>
      <a href={href}>
        <span class="tile-title">{title}</span>
        {value === undefined ? (
          <span class="skeleton tile-value" aria-hidden="true" />
        ) : (
          <span class="tile-value">{value}</span>
        )}
        <small>{note || '\u00a0'}</small>
      </a>
    </li>
  );
}
