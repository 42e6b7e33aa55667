/** Whether the log of a period is as it was signed, and the files that prove it without the service. */
import { useSignal } from '@preact/signals';
import { ApiError, withQuery } from '../../api/client.ts';
import type { AuditVerification } from '../../api/types.ts';
import { useGet } from '../../state/use-get.ts';
import { exactTime } from '../../ui/format/time.tsx';
import { ErrorMessage, Message } from '../../ui/message.tsx';
import { download } from './download.ts';
import { nameOfPeriod, type Period } from './period.ts';

export function Verification({ period, filters }: { period: Period; filters: Readonly<Record<string, string>> }) {
  const { data, error, isLoading, reload } = useGet<AuditVerification>(withQuery('/audit/verify', { ...period }));
  return (
    <section class="verification" aria-labelledby="verification-title">
      <h2 id="verification-title" class="visually-hidden">
        Verification
      </h2>
      {error ? (
        <ErrorMessage error={error} retry={reload} />
      ) : data ? (
        <Result verification={data} period={period} isLoading={isLoading} verify={reload} />
      ) : (
        <p role="status">Verifying {nameOfPeriod(period, new Date())}…</p>
      )}
      <Files period={period} filters={filters} />
    </section>
  );
}

interface ResultProps {
  readonly verification: AuditVerification;
  readonly period: Period;
  readonly isLoading: boolean;
  verify(): void;
}

function Result({ verification, period, isLoading, verify }: ResultProps) {
  const { valid, complete, entries, verifiedTo, publicKeys, firstBad, reason } = verification;
  const when = verifiedTo === null ? '' : `, to ${exactTime(verifiedTo)}`;
  return (
    <>
      <Message tone={valid ? 'success' : 'danger'} title={valid ? 'Verified.' : 'Verification failed.'}>
        {valid
          ? `${entries.toLocaleString('en')} entries of ${nameOfPeriod(period, new Date())}${when}.`
          : `${reason ?? 'The log is not as it was signed.'}${firstBad ? ` First at chain ${firstBad.chain}, sequence ${firstBad.seq}.` : ''}`}{' '}
        {valid && !complete && 'Older entries are verified daily.'}{' '}
        <button type="button" class="subtle" disabled={isLoading} onClick={verify}>
          Verify
        </button>
      </Message>
      <details>
        <summary>Public keys ({publicKeys.length})</summary>
        <p>
          Write them down outside of this service. With a key and the evidence the log is proved without the service.
        </p>
        <dl class="keys">
          {publicKeys.map(({ keyId, publicKey }) => (
            <div key={keyId}>
              <dt>{keyId}</dt>
              <dd>
                <code>{publicKey}</code>
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

const FORMATS = { jsonl: 'signed', csv: 'CSV', ocsf: 'OCSF' } as const;

function Files({ period, filters }: { period: Period; filters: Readonly<Record<string, string>> }) {
  const error = useSignal<ApiError | null>(null);
  const status = useSignal('');
  async function save(first: string, what: string) {
    error.value = null;
    try {
      let path: string | null = first;
      for (let part = 1; path !== null; part += 1) {
        status.value = part === 1 ? `Preparing ${what}…` : `Preparing part ${part} of ${what}…`;
        path = await download(path);
      }
      status.value = `${what} saved.`;
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
      status.value = '';
    }
  }
  return (
    <div class="files">
      <button
        type="button"
        class="primary"
        onClick={() => void save(withQuery('/audit/evidence', { ...period }), 'Evidence')}
      >
        Download evidence
      </button>
      {Object.entries(FORMATS).map(([format, title]) => (
        <button
          key={format}
          type="button"
          onClick={() => void save(withQuery('/audit/export', { format, ...period, ...filters }), `Export ${title}`)}
        >
          Export {title}
        </button>
      ))}
      <small>
        Prove a signed file with <code>npx plumbline audit verify FILE</code>.
      </small>
      <span role="status">{status.value}</span>
      {error.value && <ErrorMessage error={error.value} />}
    </div>
  );
}
