/** Messages that could not be handled, with the error, and another try. */
import { useSignal } from '@preact/signals';
import { withQuery } from '../../api/client.ts';
import type { DeadLetter } from '../../api/types.ts';
import { hrefOf, place, setQuery } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useList } from '../../state/use-list.ts';
import { Details } from '../../ui/details.tsx';
import { FilterBar } from '../../ui/filters/filter-bar.tsx';
import { type Filter, filterQuery, isFiltered } from '../../ui/filters/filters.ts';
import { ResourceName } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { Empty } from '../../ui/message.tsx';
import { appHref } from '../../ui/scope/app-href.ts';
import { useSelection } from '../../ui/selection.ts';
import { SelectionBar } from '../../ui/selection-bar.tsx';
import { CopyButton } from '../../ui/source-lines.tsx';
import type { Column } from '../../ui/table/column.ts';
import { DataTable } from '../../ui/table/data-table.tsx';
import { RetryDialog } from './retry-dialog.tsx';

const COLUMNS: readonly Column<DeadLetter>[] = [
  { id: 'at', title: 'Time', width: '110px', phone: 'first', cell: ({ at }) => <Time at={at} /> },
  { id: 'queue', title: 'Queue', width: '170px', phone: 'first', cell: ({ queue }) => <code>{queue}</code> },
  {
    id: 'app',
    title: 'App',
    width: '24%',
    phone: 'second',
    cell: ({ resource }) => (resource ? <ResourceName resource={resource} /> : '–'),
  },
  { id: 'error', title: 'Error', phone: 'third', cell: ({ reason }) => <span class="clamp">{reason}</span> },
];

/** The names of the queues, as the service has them. */
const QUEUES = ['plumbline-reconcile', 'plumbline-sweep'] as const;

const FILTERS: readonly Filter[] = [
  { name: 'q', title: 'Search dead letters', kind: 'text' },
  { name: 'queue', title: 'Queue', options: QUEUES.map((value) => ({ value, title: value })) },
];

const idOf = ({ id }: DeadLetter) => id;
const labelOf = ({ resource, queue, reason }: DeadLetter) => `${resource?.name ?? queue}: ${reason}`;
const hrefOfOne = ({ id }: DeadLetter) =>
  hrefOf('dead-letters', { ...Object.fromEntries(place.peek().query), open: id });

export function DeadLetters() {
  const { query } = place.value;
  const path = withQuery('/deadletters', { ...filterQuery(query, ['q', 'queue']), total: 'true' });
  const list = useList<DeadLetter>(path, { idOf, kind: 'deadLetters' });
  const selection = useSelection(idOf, path);
  const retrying = useSignal<readonly DeadLetter[]>([]);
  const retry = (items: readonly DeadLetter[]) => {
    retrying.value = items;
  };
  const isOperator = hasRole('Operator');
  const open = list.items.find(({ id }) => id === query.get('open'));
  return (
    <>
      <h1>Dead letters</h1>
      <FilterBar filters={FILTERS} />
      <DataTable
        name="dead-letters"
        caption="Dead letters, newest first"
        list={list}
        columns={COLUMNS}
        noun="dead letter"
        idOf={idOf}
        labelOf={labelOf}
        hrefOf={hrefOfOne}
        selection={isOperator ? selection : null}
        empty={
          isFiltered(FILTERS, query) ? (
            <Empty title="No dead letter matches">Change or clear the filters to see more.</Empty>
          ) : (
            <Empty title="No dead letters">
              A message that fails ten times comes here with its last error. All messages were handled.
            </Empty>
          )
        }
      />
      {isOperator && (
        <SelectionBar
          selection={selection}
          total={list.total}
          loadAll={() => list.loadAll(Number.POSITIVE_INFINITY)}
          actions={[{ label: 'Retry…', primary: true, run: retry }]}
        />
      )}
      {open && (
        <LetterDetails
          letter={open}
          {...(isOperator ? { onRetry: () => retry([open]) } : {})}
          close={() => setQuery({ open: null })}
        />
      )}
      {retrying.value.length > 0 && (
        <RetryDialog
          letters={retrying.value}
          onClose={() => retry([])}
          onDone={() => {
            selection.clear();
            setQuery({ open: null });
            list.refresh();
          }}
        />
      )}
    </>
  );
}

interface DetailsProps {
  readonly letter: DeadLetter;
  onRetry?(): void;
  close(): void;
}

function LetterDetails({ letter, onRetry, close }: DetailsProps) {
  const { at, queue, resource, event, reason, message } = letter;
  const text = JSON.stringify(letter, null, 2);
  return (
    <Details
      title={resource?.name ?? 'Dead letter'}
      subtitle={
        <p class="subtitle">
          <code>{queue}</code> · <Time at={at} exact />
        </p>
      }
      close={close}
      actions={
        <>
          {onRetry && (
            <button type="button" class="primary" onClick={onRetry}>
              Retry…
            </button>
          )}
          <CopyButton text={text} />
        </>
      }
    >
      <h3>Error</h3>
      <p class="error-text">{reason}</p>
      {resource && (
        <p>
          <a href={appHref(resource.id)}>Open the app</a>
        </p>
      )}
      {event && (
        <p>
          Event <code>{event.id}</code>
        </p>
      )}
      <h3>Message</h3>
      {message ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by keys
        <pre tabIndex={0}>{JSON.stringify(message, null, 2)}</pre>
      ) : (
        <p>It could not be parsed, so a retry would fail again.</p>
      )}
    </Details>
  );
}
