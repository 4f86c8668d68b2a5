import { readFileSync } from 'node:fs';
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { configSchema, type Config } from './config.ts';
import { configFaults, type ConfigFault } from './configProblem.ts';

/** Something wrong in a config file, with its place in the text. */
export interface ConfigProblem extends ConfigFault {
  /** Line and column from 1, as editors show them. */
  line: number;
  column: number;
  /** Characters from the beginning of the text, and how many they are. */
  offset: number;
  length: number;
}

/** What became of a config's text. `problems` has at least one entry where there is no config. */
export type ReadConfig = { config: Config; problems: [] } | { config: null; problems: ConfigProblem[] };

const wholeFile: Pick<ConfigFault, 'place' | 'isKey' | 'replacement'> = { place: [], isKey: false, replacement: null };

const syntaxFixes: Record<string, string> = {
  CommaExpected: 'Put a comma between two entries.',
  ColonExpected: 'Put a colon between a name and its value.',
  ValueExpected: 'Put a value here, or remove what comes before.',
  PropertyNameExpected: 'Put a name in double quotes here, or remove the comma before.',
  CloseBraceExpected: 'Close the object with "}".',
  CloseBracketExpected: 'Close the list with "]".',
  EndOfFileExpected: 'Remove what follows the end of the config.',
  UnexpectedEndOfString: 'Close the text with a double quote.',
  InvalidEscapeCharacter: 'Write a backslash as "\\\\", or use "/" in paths.',
  InvalidSymbol: 'Put texts in double quotes.',
};

/** Words of a parser's error name, for a sentence: `CommaExpected` → `comma expected`. */
function inWords(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

function syntaxProblem(text: string, error: ParseError): ConfigProblem {
  const name = printParseErrorCode(error.error);
  const offset = Math.min(error.offset, text.length);
  return {
    ...wholeFile,
    message: `Not JSON: ${inWords(name)}.`,
    fix: syntaxFixes[name] ?? 'Correct the text here.',
    ...positionOf(text, offset),
    offset,
    length: Math.max(1, error.length),
  };
}

/** Where a fault stands: its key or its value; where that is absent, the nearest thing around it. */
function nodeOf(root: Node, fault: Pick<ConfigFault, 'place' | 'isKey'>): Node {
  for (let length = fault.place.length; length > 0; length--) {
    const value = findNodeAtLocation(root, fault.place.slice(0, length));
    if (value === undefined) continue;
    const key = value.parent?.type === 'property' ? value.parent.children?.[0] : undefined;
    return fault.isKey && length === fault.place.length && key ? key : value;
  }
  return root;
}

/** Where a value stands in a config's text; where it is absent, the nearest thing around it. */
export function locate(
  text: string,
  place: (string | number)[],
): Pick<ConfigProblem, 'line' | 'column' | 'offset' | 'length'> {
  const root = parseTree(text.replace(/^\uFEFF/, ' '), [], { allowTrailingComma: true });
  if (root === undefined) return { line: 1, column: 1, offset: 0, length: 0 };
  const node = nodeOf(root, { place, isKey: false });
  // Where nothing of it is written the whole file would be marked: its first brace is enough.
  const length = node === root ? 1 : node.length;
  return { ...positionOf(text, node.offset), offset: node.offset, length };
}

/** Reads the text of an `upsize.json`: JSON, in which comments and trailing commas are allowed. Never throws. */
export function parseConfig(text: string): ReadConfig {
  const errors: ParseError[] = [];
  // A byte-order mark, as some editors write it, is no part of the text; a blank keeps the offsets.
  const clean = text.replace(/^\uFEFF/, ' ');
  const root = parseTree(clean, errors, { allowTrailingComma: true });
  if (root !== undefined && errors.length > 0)
    return { config: null, problems: errors.map((error) => syntaxProblem(text, error)) };
  if (root === undefined) {
    const fix = 'Write at least { "dataset": "photos" }, with the folder of your images.';
    return {
      config: null,
      problems: [{ ...wholeFile, message: 'The file is empty.', fix, line: 1, column: 1, offset: 0, length: 0 }],
    };
  }
  const value: unknown = getNodeValue(root);
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return { config: parsed.data, problems: [] };
  const problems = configFaults(parsed.error.issues, value).map((fault): ConfigProblem => {
    const { offset, length } = nodeOf(root, fault);
    return { ...fault, ...positionOf(text, offset), offset, length };
  });
  problems.sort((a, b) => a.offset - b.offset);
  return { config: null, problems };
}

/** Reads a config file. A file that is not there or may not be read is a problem like any other. */
export function readConfig(file: string): ReadConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const [message, fix] =
      code === 'ENOENT'
        ? ['There is no such file.', 'Make one with "upsize init", or name another with --config.']
        : [`It cannot be read (${code}).`, 'Check that it is a file and may be read.'];
    return { config: null, problems: [{ ...wholeFile, message, fix, line: 1, column: 1, offset: 0, length: 0 }] };
  }
  return parseConfig(text);
}

/** A problem as one line for a terminal, in the form that editors and problem matchers make a link of. */
export function describeProblem(file: string, problem: ConfigProblem): string {
  return `${file}:${problem.line}:${problem.column}: ${problem.message} ${problem.fix}`;
}
