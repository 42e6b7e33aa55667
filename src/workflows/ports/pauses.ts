/** How long the service waits where neither Azure nor a setting says how long. Tests pass shorter ones. */
export interface Pauses {
  /** How long a write is read again before its outcome is unknown. */
  readonly verifySeconds: number;
  /** Before Azure is asked again after a refusal; each try of a message adds its back-off. */
  readonly retrySeconds: number;
  /** After the first throttling of a subscription; doubled each time that it was not enough. */
  readonly throttledSeconds: number;
  /** Between two resources of a sweep. */
  readonly sweepSeconds: number;
  /** The length of a lease, renewed at every third of it. The storage service takes 15 to 60. */
  readonly leaseSeconds: number;
  /** Between two times that the counters are stored. */
  readonly countersSeconds: number;
}

/**
 * Those of a deployment. Resource Manager gives a principal 25 reads a second and subscription, and a resource takes about
 * ten: with one resource a second a sweep leaves more than half of them to events.
 */
export const PAUSES: Pauses = {
  verifySeconds: 30,
  retrySeconds: 5,
  throttledSeconds: 10,
  sweepSeconds: 1,
  leaseSeconds: 30,
  countersSeconds: 15,
};
