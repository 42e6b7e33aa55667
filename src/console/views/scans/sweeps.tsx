/** The latest scheduled sweep of each subscription. */
import type { Sweep } from '../../api/types.ts';
import { useGet } from '../../state/use-get.ts';
import { Time } from '../../ui/format/time.tsx';
import { scopeOption } from '../../ui/scope/scope.ts';
import { Scroll } from '../../ui/scroll.tsx';
import { SWEEP_WORDS, sweepText } from './scan-words.ts';

const TONES: Readonly<Record<Sweep['status'], string>> = { running: '', done: 'success', stalled: 'warning' };

export function Sweeps() {
  const { data } = useGet<{ sweeps?: readonly Sweep[] }>('/scans?limit=1', ['scans', 'findings']);
  const sweeps = data?.sweeps ?? [];
  if (sweeps.length === 0) return null;
  return (
    <Scroll label="Scheduled sweeps">
      <table class="plain">
        <caption>Scheduled sweeps</caption>
        <thead>
          <tr>
            <th scope="col">Subscription</th>
            <th scope="col">Status</th>
            <th scope="col">Progress</th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          {sweeps.map((sweep) => (
            <tr key={sweep.scope}>
              <th scope="row">
                <bdi>{scopeOption(sweep.scope).name}</bdi>
              </th>
              <td>
                <span class={`badge ${TONES[sweep.status]}`}>{SWEEP_WORDS[sweep.status]}</span>
              </td>
              <td title={sweep.distrusted ?? undefined}>{sweepText(sweep)}</td>
              <td>
                <Time at={sweep.startedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
