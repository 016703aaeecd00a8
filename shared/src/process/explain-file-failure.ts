const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EEXIST: 'it is a file, not a folder',
  ENOTDIR: 'it, or a part of its path, is a file, not a folder',
  EISDIR: 'a folder is where a file should be',
  EACCES: 'this user may not write to it',
  EPERM: 'this user may not write to it',
  EROFS: 'it is read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'the quota of this user is used up',
  EMFILE: 'this process may open no more files',
};

/** Why a folder cannot be used, to follow its name. */
export function explainFileFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
