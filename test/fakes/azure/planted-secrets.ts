/** Bodies with a value at every place where, by the table of documents, a secret may be. */
import { isObject, type Json, type JsonObject, tokensOf } from '../../../src/domain/resources/json.ts';

/** A copy of the body that holds, at each place, the value that `value` gives for it. */
export function plantedAt(places: readonly string[], body: JsonObject, value: (place: string) => string): JsonObject {
  const planted = places.reduce<Json>((sown, place) => sow(sown, tokensOf(place), value(place)), body);
  return isObject(planted) ? planted : body;
}

/** Puts the value into every element of a list, or into a new one. A place that ends in `*` is a member of a map. */
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
