/** Files of the API, saved by the browser. */
import { ApiError } from '../../api/client.ts';

/** Saves the file at `/api` + path under the name that the service gives. Returns the path of the next part, if there is one. */
export async function download(path: string): Promise<string | null> {
  const response = await fetch(`/api${path}`, { credentials: 'same-origin' }).catch(() => null);
  if (!response) throw new ApiError(0, {});
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  const [, name = 'plumbline'] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the content when the click is over; some need a moment.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  const [, next] = /<\/api([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '') ?? [];
  return next ?? null;
}
