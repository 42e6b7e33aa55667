/** Whether the service is configured, reaches what it needs, and keeps up. */
import type { ApiError } from '../../api/client.ts';
import type { HealthAnswer } from '../../api/types.ts';
import { shortDuration } from '../../state/clock.ts';
import { state } from '../../state/live.ts';
import { hrefOf } from '../../state/location.ts';
import { useGet } from '../../state/use-get.ts';
import { VERSION } from '../../state/version.ts';
import { ErrorMessage } from '../../ui/message.tsx';
import { numberNamed, queuesOf, samplesOf } from './samples.ts';

export function Health() {
  const health = useGet<HealthAnswer>('/health');
  const metrics = useGet<string>('/metrics');
  const checks = health.data?.checks ?? failedChecks(health.error);
  const samples = samplesOf(metrics.data ?? '');
  const heartbeat = numberNamed(samples, 'plumbline_heartbeat_age_seconds');
  const left = samples.filter(({ name }) => name === 'plumbline_arm_requests_left');
  return (
    <>
      <div class="view-head">
        <h1>Health</h1>
        <button
          type="button"
          onClick={() => {
            health.reload();
            metrics.reload();
          }}
        >
          Refresh
        </button>
      </div>
      {health.error && checks.length === 0 && <ErrorMessage error={health.error} retry={health.reload} />}
      {metrics.error && <ErrorMessage error={metrics.error} retry={metrics.reload} />}
      <div class="charts">
        <section class="card" aria-busy={health.isLoading}>
          <h2>Checks</h2>
          <Table
            caption="Checks"
            head={['Check', 'Result', 'Details']}
            rows={checks.map(({ name, ok, message }) => [
              <bdi key="name">{name}</bdi>,
              <span key="result" class={`badge ${ok ? 'success' : 'danger'}`}>
                {ok ? 'OK' : 'Failing'}
              </span>,
              <bdi key="message">{message}</bdi>,
            ])}
          />
        </section>
        <section class="card">
          <h2>Service</h2>
          <dl class="facts">
            <dt>Version</dt>
            <dd>
              <bdi>{state.value?.version ?? health.data?.version ?? '–'}</bdi> (this page: {VERSION})
            </dd>
            <dt>Last heartbeat</dt>
            <dd>{heartbeat === null ? '–' : `${shortDuration(heartbeat * 1000)} ago; it runs every minute`}</dd>
            <dt>Dead letters</dt>
            <dd>
              <a href={hrefOf('dead-letters')}>{(state.value?.deadLetters ?? 0).toLocaleString('en')}</a>
            </dd>
            <dt>Running scans</dt>
            <dd>
              <a href={hrefOf('scans')}>{(state.value?.scans.running ?? 0).toLocaleString('en')}</a>
            </dd>
            {left.map(({ labels, value }) => {
              const whose = Object.values(labels).join(', ');
              return (
                <>
                  <dt>Azure requests left</dt>
                  <dd>
                    {value.toLocaleString('en')} {whose && <bdi>({whose})</bdi>}
                  </dd>
                </>
              );
            })}
          </dl>
        </section>
        <section class="card" aria-busy={metrics.isLoading}>
          <h2>Queues</h2>
          <Table
            caption="Queues"
            head={['Queue', 'Messages', 'Oldest waits']}
            rows={queuesOf(samples).map(({ name, messages, oldestSeconds }) => [
              <bdi key="name">{name}</bdi>,
              messages.toLocaleString('en'),
              oldestSeconds === 0 ? '–' : shortDuration(oldestSeconds * 1000),
            ])}
          />
        </section>
      </div>
    </>
  );
}

type Cell = string | preact.JSX.Element;

function Table({
  caption,
  head,
  rows,
}: {
  caption: string;
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
}) {
  return (
    <table class="plain">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {head.map((text) => (
            <th key={text} scope="col">
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, column) => (
              <td key={head[column]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A service that is not healthy answers 503, with its checks. */
function failedChecks(error: ApiError | null): HealthAnswer['checks'] {
  const found: unknown = error === null ? null : Reflect.get(error.problem, 'checks');
  return Array.isArray(found) ? found.filter(isCheck) : [];
}

function isCheck(value: unknown): value is HealthAnswer['checks'][number] {
  return typeof value === 'object' && value !== null && 'name' in value && 'ok' in value && 'message' in value;
}
