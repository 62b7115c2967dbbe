/** A line of the sandbox itself, beside what the commands it runs print on standard output. */
export function say(line: string): void {
    process.stderr.write(`sandbox: ${line}\n`);
}

/** Variables of the caller's shell that would lead out of the sandbox are not passed on; this says so. */
export function warnOfForeign(): void {
    const names = Object.keys(process.env).filter((name) =>
        /^(ROUTEROS_(URL|USERNAME|PASSWORD)|PULUMI_STACK)$/.test(name),
    );
    if (names.length === 0) return;
    say(`${names.join(", ")} of your shell ${names.length > 1 ? "are" : "is"} not used here;`);
    say(
        "to reach another router: npm run sandbox -- env ROUTEROS_URL=… ROUTEROS_USERNAME=… ROUTEROS_PASSWORD=… pulumi up",
    );
}
