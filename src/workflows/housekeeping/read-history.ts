/** Reads the history as points. A step in which the service did not run has no point, so that nobody takes it for a zero. */
import {
  type FlowTotals,
  flowPoint,
  flowsByStep,
  flowTotalsOf,
  type HistoryMetric,
  type HistoryPoint,
  LEVELS,
  type Level,
  lastBefore,
  levelPoint,
  stepStart,
} from '../../domain/decisions/history.ts';
import { DAY_MS } from '../../domain/resources/durations.ts';
import type { Deps } from '../ports/deps.ts';
import type { HistoryRange } from '../ports/history.ts';

export interface HistoryQuery extends HistoryRange {
  readonly metric: HistoryMetric;
}

/** Reads several metrics of a range. What they share is read once: six requests at most for all metrics. */
export function historyReader(deps: Deps): (query: HistoryQuery) => Promise<HistoryPoint[]> {
  const history: Deps['history'] = {
    ...deps.history,
    readRan: once((range) => deps.history.readRan(range)),
    readFlowDays: once((range) => deps.history.readFlowDays(range)),
    readHappened: once((range) => deps.history.readHappened(range)),
  };
  return (query) => readHistory({ ...deps, history }, query);
}

/** The same answer for the same range. */
function once<R, T>(read: (range: R) => Promise<T>): (range: R) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (range) => {
    const key = JSON.stringify(range);
    const answer = known.get(key) ?? read(range);
    known.set(key, answer);
    return answer;
  };
}

/** Three requests at most, however much there is; one more for each thousand rows of fixes. */
export async function readHistory(deps: Deps, { metric, ...range }: HistoryQuery): Promise<HistoryPoint[]> {
  const from = new Date(stepStart(range.from.getTime(), range.step));
  const asked = { ...range, from };
  return isLevel(metric) ? readLevelPoints(deps, metric, asked) : readFlowPoints(deps, metric, asked);
}

function isLevel(metric: HistoryMetric): metric is Level {
  return LEVELS.some((level) => level === metric);
}

async function readLevelPoints({ history }: Deps, level: Level, range: HistoryRange): Promise<HistoryPoint[]> {
  const [ran, values] = await Promise.all([history.readRan(range), history.readLevels(level, range)]);
  const isGroup = (range.scope ?? '').split('/').length > 3;
  // The numbers of a resource group are recorded where they change.
  const found = isGroup ? lastBefore(ran, values) : new Map(values.map((one) => [one.at, one]));
  return ran.flatMap((at) => {
    const value = found.get(at);
    return value ? [levelPoint(level, at, value.numbers)] : [];
  });
}

async function readFlowPoints(
  { history, clock }: Deps,
  metric: Exclude<HistoryMetric, Level>,
  range: HistoryRange,
): Promise<HistoryPoint[]> {
  // Days are rolled up when they have ended, some time after it.
  const recent = new Date(stepStart(clock.now().getTime(), 'day') - DAY_MS);
  const isRolledUp = range.step === 'day' && range.from < recent;
  const [ran, rolledUp, happened] = await Promise.all([
    history.readRan(range),
    isRolledUp ? history.readFlowDays({ ...range, to: recent < range.to ? recent : range.to }) : NONE,
    isRolledUp && range.to <= recent ? [] : history.readHappened({ ...range, from: isRolledUp ? recent : range.from }),
  ]);
  const totals = new Map([...rolledUp, ...flowsByStep(happened, range.step)]);
  const times = [...new Set([...ran, ...totals.keys()])].sort();
  return times.map((at) => flowPoint(metric, at, totals.get(at) ?? NOTHING));
}

const NONE: ReadonlyMap<string, FlowTotals> = new Map();
const NOTHING = flowTotalsOf([]);
