/** The numbers of `GET /metrics`, the text format of Prometheus. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Lines that are no samples are passed over. */
export function samplesOf(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return name === '' || Number.isNaN(Number(value)) ? [] : [{ name, labels: labelsOf(labels), value: Number(value) }];
  });
}

/** The value of a sample without labels; null when there is none. */
export function numberNamed(samples: readonly Sample[], name: string): number | null {
  return samples.find((one) => one.name === name)?.value ?? null;
}

export interface Queue {
  readonly name: string;
  readonly messages: number;
  /** 0 when there is none. */
  readonly oldestSeconds: number;
}

export function queuesOf(samples: readonly Sample[]): readonly Queue[] {
  return samples
    .filter(({ name }) => name === 'plumbline_queue_messages')
    .map(({ labels: { queue = '' }, value }) => ({
      name: queue,
      messages: value,
      oldestSeconds:
        samples.find(({ name, labels }) => name === 'plumbline_queue_oldest_age_seconds' && labels.queue === queue)
          ?.value ?? 0,
    }));
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value.replaceAll(/\\(.)/g, '$1')]));
}
