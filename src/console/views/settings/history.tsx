/** Who changed the settings, stopped or resumed, from the audit log. */
import type { AuditEntry } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { useList } from '../../state/use-list.ts';
import { Empty, ErrorMessage } from '../../ui/message.tsx';
import { textOfValue } from '../../ui/settings-change/names.ts';

const KINDS = 'settings.changed,service.stopped,service.resumed';

export function SettingsHistory() {
  const list = useList<AuditEntry>(`/audit?kind=${KINDS}`, { idOf: ({ id }) => id, kind: 'audit' });
  if (list.error) return <ErrorMessage error={list.error} retry={list.refresh} />;
  if (!list.isLoading && list.items.length === 0) return <Empty title="The settings were never changed" />;
  return (
    <>
      <ol class="timeline">
        {list.items.map(({ id, at, actor, message, changes }) => (
          <li key={id}>
            <time dateTime={at}>
              {new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}
            </time>{' '}
            <bdi>{actor.name ?? actor.objectId ?? 'Plumbline'}</bdi>:{' '}
            <a href={hrefOf('audit', { open: id })}>{message}</a>
            {changes.length > 0 && (
              <ul class="lines">
                {changes.map(({ path, from, to }) => (
                  <li key={path}>
                    <code>{path}</code>: <code>{textOfValue(from)}</code> → <code>{textOfValue(to)}</code>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
      {list.hasMore && (
        <button type="button" disabled={list.isLoading} onClick={() => void list.loadMore()}>
          Load more
        </button>
      )}
    </>
  );
}
