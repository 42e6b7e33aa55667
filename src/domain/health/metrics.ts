/** What Azure Monitor says of an app. */
/** One closed minute of an app, or five of its health check. Null: Azure has no value. */
export interface MetricPoint {
  /** Its beginning (ISO). */
  readonly at: string;
  readonly requests: number | null;
  /** Failed requests: 5xx. */
  readonly failed: number | null;
  /** Refused requests: 4xx. */
  readonly refused: number | null;
  /** The mean response time in seconds. */
  readonly seconds: number | null;
}
