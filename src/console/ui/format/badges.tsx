/** Codes as badges: a shape and a word, so that no meaning is in the colour alone. */
import {
  ACTION_WORDS,
  IMPACT_HINTS,
  IMPACT_WORDS,
  SEVERITY_WORDS,
  STATUS_WORDS,
  VERDICT_WORDS,
  wordOf,
} from './words.ts';

type Tone = 'danger' | 'warning' | 'success' | 'quiet' | '';

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  failed: 'danger',
  blocked: 'warning',
  unknown: 'warning',
  applied: 'success',
  cleared: 'success',
};
const VERDICT_TONES: Readonly<Record<string, Tone>> = { violation: 'danger', compliant: 'success', unknown: 'warning' };
const IMPACT_TONES: Readonly<Record<string, Tone>> = { traffic: 'warning', none: 'quiet' };

export function Severity({ of }: { of: string }) {
  return <span class={`severity ${of}`}>{wordOf(SEVERITY_WORDS, of)}</span>;
}

export function Status({ of }: { of: string }) {
  return <span class={`badge ${STATUS_TONES[of] ?? ''}`}>{wordOf(STATUS_WORDS, of)}</span>;
}

export function Verdict({ of }: { of: string }) {
  return <span class={`badge ${VERDICT_TONES[of] ?? ''}`}>{wordOf(VERDICT_WORDS, of)}</span>;
}

export function Action({ of }: { of: string | null | undefined }) {
  return of ? <span class="badge">{wordOf(ACTION_WORDS, of)}</span> : <>–</>;
}

export function Impact({ of }: { of: string }) {
  return (
    <span class={`badge ${IMPACT_TONES[of] ?? ''}`} title={wordOf(IMPACT_HINTS, of)}>
      {wordOf(IMPACT_WORDS, of)}
    </span>
  );
}
