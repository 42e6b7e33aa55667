import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pollDelay } from '../../../src/console/state/poll-pace.ts';
import { type Asked, startPoller } from '../../../src/console/state/poller.ts';

const ANSWERED: Asked = { ok: true, retryAfter: null };
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A random number that stands for the middle of the jitter. */
const middle = () => 0.5;

describe('how often the page asks', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function start(answer: () => Asked = () => ANSWERED, isVisible = true) {
    const ask = vi.fn(async () => answer());
    const poller = startPoller(ask, isVisible, middle);
    return {
      poller,
      /** The requests in so much time. */
      async requestsIn(milliseconds: number) {
        ask.mockClear();
        await vi.advanceTimersByTimeAsync(milliseconds);
        return ask.mock.calls.length;
      },
    };
  }

  it('at once, then every 10 seconds', async () => {
    const { requestsIn } = start();
    expect(await requestsIn(0)).toBe(1);
    expect(await requestsIn(5 * MINUTE)).toBe(30);
  });

  it('every 2 seconds for a minute after a change', async () => {
    const { poller, requestsIn } = start();
    await requestsIn(0);
    poller.changed();
    expect(await requestsIn(MINUTE)).toBe(30);
    expect(await requestsIn(MINUTE)).toBe(6);
  });

  it('every minute when nobody did anything for ten, and at once when somebody does', async () => {
    const { poller, requestsIn } = start();
    await requestsIn(11 * MINUTE);
    expect(await requestsIn(30 * MINUTE)).toBe(30);
    poller.input();
    expect(await requestsIn(0)).toBe(1);
    expect(await requestsIn(MINUTE)).toBe(6);
  });

  it('never while the page is hidden, and at once when it is shown', async () => {
    const { poller, requestsIn } = start();
    await requestsIn(0);
    poller.show(false);
    expect(await requestsIn(60 * MINUTE)).toBe(0);
    poller.show(true);
    expect(await requestsIn(0)).toBe(1);
  });

  it('not at all in a page that is opened in the background', async () => {
    const { requestsIn } = start(() => ANSWERED, false);
    expect(await requestsIn(10 * MINUTE)).toBe(0);
  });

  it('ever less often while it fails, up to every two minutes', async () => {
    let answer: Asked = { ok: false, retryAfter: null };
    const { poller, requestsIn } = start(() => answer);
    // At 0 s, 20 s, 60 s, 140 s, then every 120 s.
    expect(await requestsIn(140 * SECOND)).toBe(4);
    expect(await requestsIn(8 * MINUTE)).toBe(4);
    answer = ANSWERED;
    poller.input();
    await requestsIn(2 * MINUTE);
    expect(await requestsIn(MINUTE)).toBe(6);
  });

  it('not before the service asked to be asked again', async () => {
    const { requestsIn } = start(() => ({ ok: false, retryAfter: 300 }));
    await requestsIn(0);
    expect(await requestsIn(299 * SECOND)).toBe(0);
    expect(await requestsIn(SECOND)).toBe(1);
  });

  it('once at a time, and once more for what was wanted meanwhile', async () => {
    let answerNow = (_: Asked) => {};
    const ask = vi.fn(() => new Promise<Asked>((resolve) => (answerNow = resolve)));
    const poller = startPoller(ask, true, middle);
    await vi.advanceTimersByTimeAsync(0);
    poller.now();
    poller.now();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(ask).toHaveBeenCalledTimes(1);
    answerNow(ANSWERED);
    await vi.advanceTimersByTimeAsync(0);
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

describe('the pause between two requests', () => {
  const activity = { now: 0, lastInput: 0, lastChange: null, failures: 0, retryAfter: null };

  it('differs by up to 20 %, so that many pages do not ask at once', () => {
    expect([0, 0.5, 1].map((random) => pollDelay(activity, random))).toEqual([8000, 10_000, 12_000]);
  });
});
