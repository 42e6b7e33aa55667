/** The service's API as the soak asks it, in the names of the local people. */
import { z } from 'zod';
import { personas, principalHeaders } from '../../dev/sign-in/personas.ts';

export interface Api {
  get<T>(path: string, shape: z.ZodType<T>): Promise<T>;
  /** All pages. */
  list<T>(path: string, item: z.ZodType<T>): Promise<T[]>;
  putSettings(settings: unknown): Promise<void>;
}

/** `url` of a host that was started with `--principal-header`. */
export function apiAt(url: string): Api {
  async function get<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    const answer = await fetch(`${url}/api${path}`, { headers: headersOf('reader') });
    if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
    return shape.parse(await answer.json());
  }
  return {
    get,
    async list(path, item) {
      const page = z.object({ items: z.array(item), nextCursor: z.string().optional() });
      const found = [];
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const { items, nextCursor } = await get(`${path}${path.includes('?') ? '&' : '?'}limit=200${more}`, page);
        found.push(...items);
        cursor = nextCursor;
      }
      return found;
    },
    async putSettings(settings) {
      const answer = await fetch(`${url}/api/settings`, {
        method: 'PUT',
        headers: { ...headersOf('operator'), 'content-type': 'application/json', 'if-match': '*' },
        body: JSON.stringify(settings),
      });
      if (!answer.ok) throw new Error(`the settings were refused: ${await answer.text()}`);
      await answer.arrayBuffer();
    },
  };
}

function headersOf(role: string): Record<string, string> {
  const person = personas.find(({ key }) => key === role);
  if (!person) throw new Error(`nobody here is the ${role}`);
  return principalHeaders(person);
}
