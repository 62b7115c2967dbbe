/** A refusal of the feed: what is wrong, and what to do about it. The message fits one line. */
export class RangesError extends Error {
    /**
     * @param code `ranges/<what>`, for scripts and tests; every code has an entry in docs/cloud.md.
     * @param summary what is wrong, and with which document.
     * @param remediation the next action.
     */
    constructor(
        readonly code: string,
        readonly summary: string,
        readonly remediation: string,
        options?: { cause?: unknown },
    ) {
        super(`${summary}; ${remediation} [${code}]`, options);
        this.name = "RangesError";
    }
}
