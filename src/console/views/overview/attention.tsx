/** What somebody has to look at now. */
import type { OverviewAnswer } from '../../api/types.ts';
import { state } from '../../state/live.ts';
import { hrefOf } from '../../state/location.ts';
import type { Links } from './links.ts';
import { type AttentionItem, needsAttention, type Signs } from './needs-attention.ts';

interface Props {
  readonly data: OverviewAnswer | undefined;
  readonly log: Signs['log'] | undefined;
  readonly links: Links;
}

export function Attention({ data, log = null, links }: Props) {
  const items = needsAttention({
    stopped: state.value?.stopped?.reason ?? null,
    deadLetters: state.value?.deadLetters ?? 0,
    blocked: data?.approvals.blocked ?? 0,
    held: data?.findings.held ?? 0,
    expiring: data?.approvals.expiring ?? 0,
    log,
  });
  const hrefs: Readonly<Record<AttentionItem['name'], string>> = {
    stopped: hrefOf('settings', { section: 'mode' }),
    log: hrefOf('audit'),
    'dead-letters': hrefOf('dead-letters'),
    blocked: links.approvals({ status: 'blocked,unknown' }),
    expiring: links.approvals({ expires: '24h', sort: 'expires' }),
    held: links.findings({ decision: 'hold' }),
  };
  return (
    <section class="attention" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      {items.length === 0 && (
        <p class="calm">{data === undefined || log === null ? 'Loading…' : 'Nothing needs attention.'}</p>
      )}
      {items.length > 0 && (
        <ul>
          {items.map(({ name, tone, text }) => (
            <li key={name} class={tone}>
              <a href={hrefs[name]}>
                <bdi>{text}</bdi>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
