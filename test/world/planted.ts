/** Bodies with a value of their own at every place where the table of documents knows secrets. */
import { isObject, type Json, type JsonObject, tokensOf } from '../../src/domain/json.ts';

/** A copy of the body that holds, at each place, the value that `value` gives for it. */
export function plantedAt(places: readonly string[], body: JsonObject, value: (place: string) => string): JsonObject {
  const planted = places.reduce<Json>((sown, place) => sow(sown, tokensOf(place), value(place)), body);
  return isObject(planted) ? planted : body;
}

/** In every element that is there, or in a new one. A place that ends in any member is one of a map. */
function sow(body: Json, [token, ...rest]: readonly string[], value: string): Json {
  if (token === undefined) return value;
  if (token === '*' && rest.length > 0) {
    if (isObject(body))
      return Object.fromEntries(Object.entries(body).map(([key, one]) => [key, sow(one, rest, value)]));
    const list = Array.isArray(body) && body.length > 0 ? body : [{ name: 'anyName' }];
    return list.map((one) => sow(one, rest, value));
  }
  const object = isObject(body) ? body : {};
  const key = token === '*' ? 'anyKey' : token;
  return { ...object, [key]: sow(object[key] ?? null, rest, value) };
}
