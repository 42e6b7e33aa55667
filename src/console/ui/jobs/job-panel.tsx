/** The panel with what was done to many items at once: it counts to its end, each item with its reason. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { dismissJob, doneWord, followJobs, jobs, resumeJob } from './jobs.ts';
import { endedCount, type ItemState, type Job, type JobRow, progressText } from './model.ts';

const STATE_WORDS: Readonly<Record<ItemState, string>> = {
  waiting: 'To send',
  accepted: 'In progress',
  held: 'On hold',
  done: 'Done',
  refused: 'Refused',
  failed: 'Failed',
};
/** What needs a look comes first. */
const ORDER: readonly ItemState[] = ['failed', 'refused', 'held', 'accepted', 'waiting', 'done'];
const TONES: Readonly<Partial<Record<ItemState, string>>> = {
  done: 'success',
  refused: 'warning',
  held: 'warning',
  failed: 'danger',
};

export function JobPanel() {
  useEffect(followJobs, []);
  if (jobs.value.length === 0) return null;
  return (
    <section class="jobs" aria-label="Jobs">
      {jobs.value.map((job) => (
        <JobCard key={job.id} job={job} />
      ))}
    </section>
  );
}

function JobCard({ job }: { job: Job }) {
  const isOpen = useSignal(false);
  const { rows, title, problem } = job;
  return (
    <article class="job" aria-label={title}>
      <div class="job-head">
        <strong>{title}</strong>
        <button type="button" class="icon" aria-label={`Close ${title}`} onClick={() => dismissJob(job.id)}>
          ✕
        </button>
      </div>
      <progress max={rows.length} value={endedCount(job)} aria-label="Progress" />
      <p role="status">{progressText(job, doneWord(job))}</p>
      {problem !== null && (
        <p class="field-error" role="alert">
          {problem}{' '}
          <button type="button" class="subtle" onClick={() => resumeJob(job.id)}>
            Try again
          </button>
        </p>
      )}
      <button
        type="button"
        class="subtle"
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        {isOpen.value ? 'Hide items' : 'Show items'}
      </button>
      {isOpen.value && (
        <ul class="job-rows">
          {[...rows]
            .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
            .map((row) => (
              <JobLine key={row.id} row={row} />
            ))}
        </ul>
      )}
    </article>
  );
}

function JobLine({ row: { label, href, state, text } }: { row: JobRow }) {
  return (
    <li>
      <span class={`badge ${TONES[state] ?? ''}`}>{STATE_WORDS[state]}</span>{' '}
      <span>
        <bdi>{label}</bdi>
        {text && <small> {text}</small>}
      </span>{' '}
      {href && (
        <a href={href} aria-label={`Show ${label}`}>
          Show
        </a>
      )}
    </li>
  );
}
