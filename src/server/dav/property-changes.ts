/** PROPPATCH (RFC 4918, 9.2): sets and removes properties of clients, all or none. Pure. */
import { PhotospoolError } from '../../base/errors.js';
import { isProtected, keyOfProperty, type PropertyName } from './multi-status.js';
import { childOf, childrenOf, isDav, propertiesIn, writeElement, xmlBounds, type XmlElement } from './xml-body.js';

/** The limits of the properties of one resource: their number, and bytes together. */
export const propertyBounds = { count: 100, bytes: 16 * 1024 };

/** A change of one property: its new element, or undefined to remove it. */
export interface PropertyChange extends PropertyName {
  value?: string;
}

/** The changes in a body, in their order. @throws PhotospoolError `invalid`, `too-large`. */
export function changesIn(body: XmlElement | undefined): PropertyChange[] {
  if (!body || !isDav(body, 'propertyupdate'))
    throw new PhotospoolError('invalid', 'The body must be a DAV:propertyupdate element.');
  const changes = childrenOf(body).flatMap((part) => {
    const sets = isDav(part, 'set');
    const prop = sets || isDav(part, 'remove') ? childOf(part, 'prop') : undefined;
    return (prop ? propertiesIn(prop) : []).map((one) => ({
      ...{ space: one.space, name: one.name },
      ...(sets && { value: writeElement(one) }),
    }));
  });
  if (changes.length > xmlBounds.properties)
    throw new PhotospoolError('too-large', 'The request changes too many properties.');
  return changes;
}

/**
 * The status of each change, and the properties after them; without `before` the resource can't have any. `isFull`: the
 * sender has reached the limit, and can only remove some.
 */
export function changeProperties(
  before: Readonly<Record<string, string>> | undefined,
  changes: readonly PropertyChange[],
  isFull = false,
): { statuses: (PropertyName & { status: string })[]; properties?: Record<string, string> } {
  const isForbidden = (change: PropertyChange): boolean => before === undefined || isProtected(change);
  const all = (status: (change: PropertyChange) => string) =>
    changes.map((change) => ({ space: change.space, name: change.name, status: status(change) }));
  if (changes.some(isForbidden))
    return { statuses: all((change) => (isForbidden(change) ? '403 Forbidden' : '424 Failed Dependency')) };
  const after = new Map(Object.entries(before ?? {}));
  for (const { value, ...name } of changes) {
    if (value === undefined) after.delete(keyOfProperty(name));
    else after.set(keyOfProperty(name), value);
  }
  const bytes = [...after].reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
  const setsMore = isFull && changes.some(({ value }) => value !== undefined);
  if (setsMore || after.size > propertyBounds.count || bytes > propertyBounds.bytes)
    return { statuses: all(() => '507 Insufficient Storage') };
  return { statuses: all(() => '200 OK'), properties: Object.fromEntries(after) };
}
