/** For tests that make the provider fail on purpose, many times: no pauses between attempts, no lines about them. */
export function quietAndQuick(): void {
    const saved = { ...process.env };
    beforeAll(() => {
        process.env["ROUTEROS_RETRY_PAUSE_MS"] = "0";
        jest.spyOn(process.stderr, "write").mockReturnValue(true);
        jest.spyOn(console, "error").mockReturnValue();
        jest.spyOn(console, "warn").mockReturnValue();
        jest.spyOn(console, "log").mockReturnValue();
    });
    afterAll(() => {
        process.env = saved;
        jest.restoreAllMocks();
    });
}
