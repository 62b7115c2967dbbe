/** What commands that come to a verdict end with. */
export const exitCodes = { shaped: 0, "not-shaped": 1, undecided: 2 } as const;

/** What kept a command from its verdict, in one line. */
export function untold(command: string): (error: unknown) => void {
    return (error) => {
        process.stderr.write(`${command}: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = exitCodes.undecided;
    };
}
