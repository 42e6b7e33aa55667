/** One app: what is wrong with it, why it is not fixed, and what happened to it. */
import { useSignal } from '@preact/signals';
import { withQuery } from '../../api/client.ts';
import type { EffectiveSettings, Explained } from '../../api/types.ts';
import { hrefOf, place } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { type Loaded, useGet } from '../../state/use-get.ts';
import { Time } from '../../ui/format/time.tsx';
import { MODE_WORDS } from '../../ui/format/words.ts';
import { Empty, ErrorMessage } from '../../ui/message.tsx';
import { appHref } from '../../ui/scope/app-href.ts';
import { resourceGroupOf, scopeOption, scopesAround, scopeText } from '../../ui/scope/scope.ts';
import { type Check, ExemptDialog } from '../exemptions/exempt-dialog.tsx';
import { ScanButton } from '../scans/scan-button.tsx';
import { AppDocuments } from './app-documents.tsx';
import { AppEvents } from './app-events.tsx';
import { AppFindings } from './app-findings.tsx';
import { AppHistory } from './app-history.tsx';
import { AppPending } from './app-pending.tsx';
import { AppSettings } from './app-settings.tsx';
import { type ExplainedFinding, unreadOf } from './explain.ts';
import { sourceText } from './mode.ts';
import { ModeDialog } from './mode-dialog.tsx';

const TABS = [
  ['findings', 'Findings'],
  ['events', 'Events'],
  ['pending', 'Pending'],
  ['history', 'History'],
  ['settings', 'Effective settings'],
  ['documents', 'Unread documents'],
] as const;

export function AppPage({ id }: { id: string }) {
  const explained = useGet<Explained>(withQuery('/explain', { resource: id }), ['findings']);
  const effective = useGet<EffectiveSettings>(withQuery('/settings/effective', { resource: id }), ['settings']);
  /** The checks to exempt, or the mode to change, while a dialog is open. */
  const exempting = useSignal<readonly Check[] | null>(null);
  const isModeOpen = useSignal(false);
  const { data, error } = explained;
  const failing = data?.findings.filter(({ verdict }) => verdict === 'violation') ?? [];
  const isOperator = hasRole('Operator');
  return (
    <>
      <Heading id={id}>
        {isOperator && (
          <div class="actions">
            <ScanButton scope={id} />
            <button
              type="button"
              disabled={failing.length === 0}
              onClick={() => {
                exempting.value = failing.map(checkOf);
              }}
            >
              Exempt…
            </button>
            <button
              type="button"
              disabled={!effective.data}
              onClick={() => {
                isModeOpen.value = true;
              }}
            >
              Change mode…
            </button>
          </div>
        )}
      </Heading>
      {error &&
        (error.status === 404 ? (
          <NeverRead isOperator={isOperator} />
        ) : (
          <ErrorMessage error={error} retry={explained.reload} />
        ))}
      <Facts explained={data} effective={effective} failing={failing} />
      {data && (
        <Sections
          id={id}
          explained={data}
          effective={effective}
          onExempt={(one) => {
            exempting.value = [checkOf(one)];
          }}
        />
      )}
      {!data && !error && <p role="status">Loading…</p>}
      {exempting.value && <ExemptDialog checks={exempting.value} onClose={() => (exempting.value = null)} />}
      {isModeOpen.value && effective.data && (
        <ModeDialog id={id} mode={effective.data.mode} onClose={() => (isModeOpen.value = false)} />
      )}
    </>
  );
}

function checkOf({ rule, title, resource }: ExplainedFinding): Check {
  return { rule, title, scope: resource.id };
}

function Heading({ id, children }: { id: string; children: preact.ComponentChildren }) {
  const { name, kind } = scopeOption(id);
  const group = resourceGroupOf(id);
  return (
    <div class="page-head">
      <div>
        <p class="crumbs">
          <a href={hrefOf('apps')}>Apps</a>
        </p>
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <p class="subtitle" title={id}>
          {kind}
          {group && (
            <>
              {' · '}
              <a href={hrefOf('apps', { resource: scopesAround(id).at(-2)?.id ?? null })}>
                <bdi>{group}</bdi>
              </a>
            </>
          )}
        </p>
      </div>
      {children}
    </div>
  );
}

/** What is true of the app as a whole. */
function Facts({
  explained,
  effective: { data: settings },
  failing,
}: {
  explained: Explained | undefined;
  effective: Loaded<EffectiveSettings>;
  failing: readonly ExplainedFinding[];
}) {
  const worst = failing.filter(({ severity }) => severity === 'critical' || severity === 'high').length;
  const exempt = failing.filter(({ decision }) => decision?.action === 'exempt').length;
  const pending = new Set(failing.flatMap(({ decision }) => decision?.approvalId ?? [])).size;
  return (
    <dl class="facts-row">
      <div>
        <dt>Mode</dt>
        <dd>
          {settings ? MODE_WORDS[settings.mode.value] : '–'}
          {settings && <small>{sourceText(settings.mode.from, scopeText)}</small>}
        </dd>
      </div>
      {explained && (
        <>
          <div>
            <dt>Failing</dt>
            <dd>
              {failing.length}
              {worst > 0 && <small>{worst} critical or high</small>}
            </dd>
          </div>
          <div>
            <dt>Pending approvals</dt>
            <dd>{pending}</dd>
          </div>
          <div>
            <dt>Exempt</dt>
            <dd>{exempt}</dd>
          </div>
          <div>
            <dt>Last checked</dt>
            <dd>
              <Time at={explained.evaluatedAt} />
            </dd>
          </div>
        </>
      )}
    </dl>
  );
}

interface SectionProps {
  readonly id: string;
  readonly explained: Explained;
  readonly effective: Loaded<EffectiveSettings>;
  onExempt(finding: ExplainedFinding): void;
}

/** One section at a time, by the address. */
function Sections({ id, explained, effective, onExempt }: SectionProps) {
  const wanted = place.value.query.get('tab');
  const [tab] = TABS.find(([name]) => name === wanted) ?? TABS[0];
  const unread = unreadOf(explained.documents);
  return (
    <>
      <nav class="tabs" aria-label="Sections">
        {TABS.map(([name, title]) => (
          <a
            key={name}
            href={appHref(id, { tab: name === 'findings' ? null : name })}
            aria-current={name === tab ? 'page' : undefined}
          >
            {title}
            {name === 'documents' && unread.length > 0 && <span class="count">{unread.length}</span>}
          </a>
        ))}
      </nav>
      {tab === 'findings' && <AppFindings id={id} findings={explained.findings} onExempt={onExempt} />}
      {tab === 'events' && <AppEvents explained={explained} />}
      {tab === 'pending' && <AppPending id={id} />}
      {tab === 'history' && <AppHistory id={id} />}
      {tab === 'settings' && <AppSettings effective={effective} />}
      {tab === 'documents' && <AppDocuments documents={unread} findings={explained.findings} />}
    </>
  );
}

function NeverRead({ isOperator }: { isOperator: boolean }) {
  return (
    <Empty title="Plumbline has not checked this app yet">
      {isOperator
        ? 'Select Scan to check it now. Otherwise it is checked at its next change, or by the next sweep.'
        : 'It is checked at its next change, or by the next sweep. An operator can scan it now.'}
    </Empty>
  );
}
