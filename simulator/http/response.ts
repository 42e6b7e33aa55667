// An HTTP response.

export interface HttpResponse {
  status: number;
  /** Sent as JSON. */
  body?: unknown;
  /** In place of a body, what is not JSON. */
  text?: { type: string; content: string };
  headers?: Record<string, string>;
}
