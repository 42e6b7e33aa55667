/** Whether the service is configured and reaches what it needs. */
import type { HealthAnswer } from '../../api/types.ts';
import { useGet } from '../../state/use-get.ts';
import { ErrorMessage } from '../../ui/message.tsx';

export function Health() {
  const { data, error, reload } = useGet<HealthAnswer>('/health');
  return (
    <>
      <h1>Health</h1>
      {error && <ErrorMessage error={error} retry={reload} />}
      {data && (
        <dl>
          {data.checks.map(({ name, ok, message }) => (
            <>
              <dt>{name}</dt>
              <dd>{ok ? 'OK' : message}</dd>
            </>
          ))}
        </dl>
      )}
    </>
  );
}
