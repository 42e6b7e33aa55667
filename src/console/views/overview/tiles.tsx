/** Six numbers that say how things are. Each leads to what it counts. */
import type { OverviewAnswer } from '../../api/types.ts';
import { now, shortDuration } from '../../state/clock.ts';
import type { Links } from './links.ts';
import { durationText, postureOf, total, usualSeconds } from './numbers.ts';

interface Props {
  readonly data: OverviewAnswer | undefined;
  readonly links: Links;
  readonly period: number;
}

export function Tiles({ data, links, period }: Props) {
  const posture = data && postureOf(data.findings.rules);
  const oldest = data?.approvals.oldestAt;
  const fixes = data?.history.fixes;
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
        value={data?.approvals.pending.toLocaleString('en')}
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
        value={data && durationText(usualSeconds(data.history.timeToFix))}
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
