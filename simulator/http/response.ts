// An HTTP response.

export interface HttpResponse {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}
