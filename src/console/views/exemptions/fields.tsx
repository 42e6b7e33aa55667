/** The fields that every exemption has, and what it would cover. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import { ErrorMessage } from '../../ui/message.tsx';
import { wordOf } from '../../ui/settings-change/preview-words.ts';
import {
  dayAfter,
  type ExemptionDraft,
  type ExemptionRequest,
  MOST_DAYS,
  PERIODS,
  type Problems,
} from './exemption-form.ts';
import { previewExemptions, sentenceOfTotals, type Totals } from './preview.ts';

interface FieldsProps {
  readonly draft: ExemptionDraft;
  readonly problems: Problems;
  onChange(change: Partial<ExemptionDraft>): void;
}

export function ExemptionFields({ draft, problems, onChange }: FieldsProps) {
  return (
    <>
      <Labelled label="Owner" hint="A person or a team that answers for it." problem={problems.owner}>
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            maxLength={200}
            value={draft.owner}
            onInput={(event) => onChange({ owner: event.currentTarget.value })}
          />
        )}
      </Labelled>
      <ReasonField value={draft.reason} problem={problems.reason} onChange={(reason) => onChange({ reason })} />
      <Labelled label="Ticket (optional)" problem={problems.ticket}>
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            maxLength={200}
            value={draft.ticket}
            onInput={(event) => onChange({ ticket: event.currentTarget.value })}
          />
        )}
      </Labelled>
      <LastDayField value={draft.lastDay} problem={problems.lastDay} onChange={(lastDay) => onChange({ lastDay })} />
    </>
  );
}

interface OneField {
  readonly value: string;
  readonly problem: string | undefined;
  onChange(value: string): void;
}

export function ReasonField({ value, problem, onChange }: OneField) {
  return (
    <Labelled label="Reason" problem={problem}>
      {(attributes) => (
        <textarea
          {...attributes}
          rows={2}
          maxLength={4000}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}

/** A date, and buttons for common periods. */
export function LastDayField({ value, problem, onChange }: OneField) {
  const now = new Date();
  return (
    <Labelled label="Last day" problem={problem}>
      {(attributes) => (
        <div class="with-choices">
          <input
            {...attributes}
            type="date"
            min={dayAfter(now, 0)}
            max={dayAfter(now, MOST_DAYS)}
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
          {PERIODS.map((days) => (
            <button
              key={days}
              type="button"
              aria-pressed={value === dayAfter(now, days)}
              onClick={() => onChange(dayAfter(now, days))}
            >
              {days} days
            </button>
          ))}
        </div>
      )}
    </Labelled>
  );
}

interface Attributes {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

/** A label, a control, and what is wrong with it. */
export function Labelled({
  label,
  hint,
  problem,
  children,
}: {
  label: string;
  hint?: string;
  problem?: string | undefined;
  children: (attributes: Attributes) => ComponentChildren;
}) {
  const id = useId();
  const described = [hint && `${id}-hint`, problem && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': problem ? true : undefined })}
      {problem && (
        <p class="field-error" id={`${id}-error`}>
          {problem}
        </p>
      )}
    </div>
  );
}

export interface Previewed {
  /** Of the requests that were given last; null until it is there. */
  readonly totals: Totals | null;
  readonly error: ApiError | null;
  retry(): void;
}

/** Typing pauses before the service is asked. */
const TYPING_MS = 250;
const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** The preview of requests; null asks nothing. */
export function usePreview(requests: readonly ExemptionRequest[] | null): Previewed {
  const made = useSignal<{ key: string; totals: Totals } | null>(null);
  const error = useSignal<ApiError | null>(null);
  const round = useSignal(0);
  const key = JSON.stringify(requests);
  useEffect(() => {
    error.value = null;
    if (requests === null) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      previewExemptions({ call, wait }, requests, abort.signal).then(
        (totals) => {
          made.value = { key, totals };
        },
        (failure: unknown) => {
          if (failure instanceof ApiError) error.value = failure;
        },
      );
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, round.value]);
  return {
    totals: made.value?.key === key ? made.value.totals : null,
    error: error.value,
    retry: () => {
      round.value += 1;
    },
  };
}

/** What exemptions would do. */
export function PreviewOfExemption({ preview: { totals, error, retry } }: { preview: Previewed }) {
  if (error) return <ErrorMessage error={error} retry={retry} />;
  return (
    <section class="preview" aria-label="Preview">
      <p role="status">{totals === null ? 'Checking what it covers…' : sentenceOfTotals(totals)}</p>
      {totals !== null && totals.changes.length > 0 && (
        <ul class="lines">
          {totals.changes.map(({ rule, before, after, resources }) => (
            <li key={`${rule} ${before} ${after}`}>
              <code>{rule}</code>: {wordOf(before)} → {wordOf(after)} on {resources.toLocaleString('en')}{' '}
              {resources === 1 ? 'app' : 'apps'}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
