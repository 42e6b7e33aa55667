import { describe, expect, it } from 'vitest';
import { numberNamed, queuesOf, samplesOf } from '../../../../src/console/views/health/samples.ts';

const TEXT = `# HELP plumbline_heartbeat_age_seconds Seconds since housekeeping last ran.
# TYPE plumbline_heartbeat_age_seconds gauge
plumbline_heartbeat_age_seconds 12.5
plumbline_queue_messages{queue="reconcile"} 3
plumbline_queue_messages{queue="a \\"b\\""} 0
plumbline_queue_oldest_age_seconds{queue="reconcile"} 61
`;

describe('the metrics of the service', () => {
  const samples = samplesOf(TEXT);

  it('are read with their labels', () => {
    expect(numberNamed(samples, 'plumbline_heartbeat_age_seconds')).toBe(12.5);
    expect(numberNamed(samples, 'plumbline_stopped')).toBe(null);
  });

  it('tell each queue, its messages and how long the oldest waits', () => {
    expect(queuesOf(samples)).toEqual([
      { name: 'reconcile', messages: 3, oldestSeconds: 61 },
      { name: 'a "b"', messages: 0, oldestSeconds: 0 },
    ]);
  });
});
