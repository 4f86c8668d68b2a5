const systemErrors: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Free some room (`upsize clean` lists what Upsize can give back) and resume the run.',
  EDQUOT: 'Your disk quota is used up. Free some room and resume the run.',
  EROFS: 'The folder is on a read-only disk; Upsize writes its runs into .upsize/ there.',
  EACCES: 'A file or folder may not be read or written.',
  EMFILE: 'Too many files are open in this process or on this machine.',
};

/** What went wrong, as a sentence for the user: the error's own message, and what to do where the system gave only a code. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const advice = systemErrors[code];
  return advice === undefined ? error.message : `${advice} (${error.message})`;
}
