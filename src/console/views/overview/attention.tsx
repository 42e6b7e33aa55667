/** What somebody has to look at now. */
import { now } from '../../state/clock.ts';
import { state } from '../../state/live.ts';
import { hrefOf } from '../../state/location.ts';
import type { Links } from './links.ts';
import { type AttentionItem, needsAttention } from './needs-attention.ts';
import type { Overview } from './use-overview.ts';

export function Attention({ data, links }: { data: Overview; links: Links }) {
  const isLoading = [data.expiring, data.blocked, data.held, data.log].some((one) => one.isLoading && !one.data);
  const items = needsAttention({
    stopped: state.value?.stopped?.reason ?? null,
    deadLetters: state.value?.deadLetters ?? 0,
    blocked: data.blocked.data?.total ?? 0,
    held: data.held.data?.total ?? 0,
    expiresAt: data.expiring.data?.items.map(({ expiresAt }) => expiresAt) ?? [],
    log: data.log.data ?? null,
    now: now.value,
  });
  const hrefs: Readonly<Record<AttentionItem['name'], string>> = {
    stopped: hrefOf('settings', { section: 'mode' }),
    log: hrefOf('audit'),
    'dead-letters': hrefOf('dead-letters'),
    blocked: links.approvals({ status: 'blocked,unknown' }),
    expiring: links.approvals({ sort: 'expires' }),
    held: links.findings({ decision: 'hold' }),
  };
  return (
    <section class="attention" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      {items.length === 0 && <p class="calm">{isLoading ? 'Loading…' : 'Nothing needs attention.'}</p>}
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
