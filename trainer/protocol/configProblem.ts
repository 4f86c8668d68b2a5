import type * as z from 'zod';
import { closestName } from './closestName.ts';
import { configShape, type Shape } from './configShape.ts';

type Issue = z.core.$ZodIssue;
type Place = (string | number)[];

/** What is wrong with one value of a config, before it is known where in the file it stands. */
export interface ConfigFault {
  /** Keys and indexes from the root of the file to the value. */
  place: Place;
  /** Whether the key is what is wrong, rather than its value. */
  isKey: boolean;
  /** A sentence: what it is. */
  message: string;
  /** A sentence: what to do. */
  fix: string;
  /** What to write instead of the value or the key, where there is one obvious thing. */
  replacement: string | null;
  /** The key that should be there and is not. */
  missingKey?: string;
}

function shapesAt(place: readonly (string | number)[]): Shape[] {
  let shapes = branches(configShape());
  for (const step of place) {
    shapes = shapes
      .map((shape) => (typeof step === 'number' ? shape.items : shape.properties?.[step]))
      .filter((shape) => shape !== undefined)
      .flatMap(branches);
  }
  return shapes;
}

function branches(shape: Shape): Shape[] {
  const inner = shape.anyOf ?? shape.oneOf;
  return inner ? inner.flatMap(branches) : [shape];
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function alternatives(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

/** `stages[1].size`, as people write it. */
export function placeName(place: readonly (string | number)[]): string {
  const name = place.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
  return name === '' ? 'the config' : name;
}

function valueAt(root: unknown, place: readonly (string | number)[]): unknown {
  return place.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[step] : undefined,
    root,
  );
}

const articled: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object { … }',
  array: 'a list [ … ]',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Whether a union's branch was at least of the value's own kind: the one the user most likely meant. */
function meant(branch: readonly Issue[], value: unknown): boolean {
  return !branch.some(
    (issue) => issue.path.length === 0 && issue.code === 'invalid_type' && issue.expected !== kindOf(value),
  );
}

/** Turns what zod found into faults a user can act on; `value` is the whole parsed file. */
export function configFaults(issues: readonly Issue[], value: unknown, base: Place = []): ConfigFault[] {
  const faults = issues.flatMap((issue) => faultsOf(issue, value, base));
  // A mistyped key is one fault, not also the absence of the right one.
  const meantKeys = new Set(faults.filter((fault) => fault.isKey).map((fault) => fault.replacement));
  return faults.filter((fault) => fault.missingKey === undefined || !meantKeys.has(fault.missingKey));
}

function faultsOf(issue: Issue, root: unknown, base: Place): ConfigFault[] {
  const place: Place = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  const value = valueAt(root, place);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(place, key));
  if (value === undefined) return [missing(place)];
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find((errors) => errors.length > 0 && meant(errors, value));
    if (branch && (kindOf(value) === 'object' || kindOf(value) === 'array')) return configFaults(branch, root, place);
  }
  const [message, fix, replacement] = wrongValue(issue, place, value);
  return [{ place, isKey: false, message, fix, replacement }];
}

function unknownKey(place: Place, key: string): ConfigFault {
  const known = [...new Set(shapesAt(place).flatMap((shape) => Object.keys(shape.properties ?? {})))].filter(
    (name) => name !== '$schema',
  );
  const closest = closestName(key, known);
  const where = place.length === 0 ? 'here' : `in ${placeName(place)}`;
  return {
    place: [...place, key],
    isKey: true,
    message: `There is no "${key}" ${where}.`,
    fix: closest === null ? `Known are ${alternatives(known)}.` : `Did you mean "${closest}"?`,
    replacement: closest,
  };
}

function missing(place: Place): ConfigFault {
  const key = String(place.at(-1) ?? '');
  const example =
    place.join('.') === 'dataset' ? 'the folder of your images, for example "dataset": "photos"' : `"${key}"`;
  return {
    place: place.slice(0, -1),
    isKey: false,
    message: `"${key}" is missing${place.length > 1 ? ` in ${placeName(place.slice(0, -1))}` : ''}.`,
    fix: `Add ${example}.`,
    replacement: null,
    missingKey: key,
  };
}

function wrongValue(
  issue: Issue,
  place: Place,
  value: unknown,
): [message: string, fix: string, replacement: string | null] {
  const is = `${placeName(place)} is ${quoted(value)}`;
  if (place.join('.') === 'version' && typeof value === 'number') {
    return [`${is}: this file was made for a newer Upsize.`, 'Update Upsize, or set it to 1.', null];
  }
  switch (issue.code) {
    case 'too_big':
    case 'too_small': {
      const [word, bound] =
        issue.code === 'too_big'
          ? [issue.inclusive ? 'at most' : 'less than', issue.maximum]
          : [issue.inclusive ? 'at least' : 'more than', issue.minimum];
      const one = Number(bound) === 1;
      const what =
        issue.origin === 'string'
          ? ` character${one ? '' : 's'}`
          : issue.origin === 'array'
            ? ` ${one ? 'entry' : 'entries'}`
            : '';
      const fix = what === '' ? `Set it to ${word} ${bound}.` : `It needs ${word} ${bound}${what}.`;
      return [`${is}.`, fix, what === '' && issue.inclusive ? String(bound) : null];
    }
    default: {
      const allowed = allowedValues(issue, place);
      if (allowed.length > 0) {
        const closest = typeof value === 'string' ? closestName(value, allowed.filter(isText)) : null;
        const others = [...new Set(shapesAt(place).flatMap(otherKind))];
        const fix =
          closest === null
            ? `It can be ${alternatives([...allowed.map(quoted), ...others])}.`
            : `Did you mean "${closest}"?`;
        return [`${is}.`, fix, closest === null ? null : JSON.stringify(closest)];
      }
      const kinds = [
        ...new Set(
          shapesAt(place)
            .map((shape) => articled[shape.type ?? ''])
            .filter(isText),
        ),
      ];
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
      const asNumber = Number.isFinite(number) && kinds.some((kind) => kind.endsWith('number'));
      return [
        `${is}.`,
        kinds.length > 0 ? `It must be ${alternatives(kinds)}.` : `${issue.message}.`,
        asNumber ? String(number) : null,
      ];
    }
  }
}

function allowedValues(issue: Issue, place: Place): unknown[] {
  if (issue.code === 'invalid_value') return [...issue.values];
  return [
    ...new Set(shapesAt(place).flatMap((shape) => shape.enum ?? (shape.const === undefined ? [] : [shape.const]))),
  ];
}

function otherKind(shape: Shape): string[] {
  if (shape.enum !== undefined || shape.const !== undefined) return [];
  const kind = articled[shape.type ?? ''];
  return kind === undefined ? [] : [kind];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
