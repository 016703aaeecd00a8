/** What every command of the client ends with. */
export const EXIT_CODES = { good: 0, misused: 2, unreachable: 3, refused: 4, SIGINT: 130, SIGTERM: 143 } as const;

/** The part of `--help` about them: what 0 and 4 mean differs between the commands, and so does what else there is. */
export function explainExitCodes(told: {
  readonly good: string;
  readonly refused: string;
  readonly others?: readonly string[];
}): string {
  const lines = [
    `0  ${told.good}`,
    '2  the command, or the file that it names, cannot be understood',
    '3  the service could not be reached',
    `4  ${told.refused}`,
    ...(told.others ?? []),
  ];
  const inOrder = lines.toSorted((one, other) => Number.parseInt(one) - Number.parseInt(other));
  return ['\nExit codes:', ...inOrder.map((line) => `  ${line}`)].join('\n');
}
