/** Whether a write made its app worse: by the state that Azure shows, and by the metrics of the minutes before and after. */
import type { AppState } from './gate.ts';
import type { HealthCheckVerdict } from './health-check.ts';
import type { MetricsVerdict } from './metrics.ts';

/** The next look: a minute later, at the end of the gate, or when the last minutes of its metrics are there. */
export type NextLook = 'confirmation' | 'end' | 'metrics';

export type Verdict =
  | { readonly kind: 'wait'; readonly for: NextLook }
  | { readonly kind: 'worse' | 'well' | 'unknown'; readonly text: string };

export interface StateLook {
  readonly before: AppState;
  readonly now: AppState;
  /** The look before this one found it ill, too. */
  readonly suspected: boolean;
  /** The time is up: what is still starting does not come up. */
  readonly isEnd: boolean;
}

/** By the state alone. Null: the state was and is good, so that metrics decide. */
export function judgeState({ before, now, suspected, isEnd }: StateLook): Verdict | null {
  const isIll = now.condition === 'ill' || (isEnd && now.condition === 'starting');
  if (before.condition === 'ill') {
    if (!isEnd) return { kind: 'wait', for: 'end' };
    return { kind: 'unknown', text: `it was ill before the write: ${before.text}` };
  }
  if (isIll && before.condition === 'good') {
    if (!suspected) return { kind: 'wait', for: 'confirmation' };
    const text = now.condition === 'ill' ? now.text : `it does not come up: ${now.text}`;
    return { kind: 'worse', text: `before the write ${before.text}, now ${text}` };
  }
  if (!isEnd) return { kind: 'wait', for: 'end' };
  if (isIll) return { kind: 'unknown', text: `${now.text}, and its state before the write is not known` };
  if (now.condition === 'unread') return { kind: 'unknown', text: `its state is not known: ${now.text}` };
  return null;
}

/** By the metrics of an app whose state is good, and by its health check. `isLast`: no later reading follows. */
export function judgeTraffic(metrics: MetricsVerdict, check: HealthCheckVerdict | null, isLast: boolean): Verdict {
  if (check?.kind === 'worse' && metrics.kind !== 'ill-before') return { kind: 'worse', text: check.text };
  switch (metrics.kind) {
    case 'worse':
      return { kind: 'worse', text: metrics.text };
    case 'ill-before':
      return { kind: 'unknown', text: metrics.text };
    case 'unknown':
      // Without traffic the health check may still fall.
      return (metrics.later || check !== null) && !isLast
        ? { kind: 'wait', for: 'metrics' }
        : { kind: 'unknown', text: metrics.text };
    default:
      // The last minutes are still to come.
      return isLast ? { kind: 'well', text: metrics.text } : { kind: 'wait', for: 'metrics' };
  }
}
