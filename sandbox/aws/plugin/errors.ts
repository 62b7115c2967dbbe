/** What AWS answered, or why it did not, in one line. */
export function explain(error: unknown): string {
    const { name, message, code, errors } = error as Partial<AggregateError> & { code?: string };
    const cause = code ?? (errors?.[0] as { code?: string } | undefined)?.code;
    if (cause === "ECONNREFUSED" || cause === "ECONNRESET") {
        return `the sandbox's AWS does not answer (${cause}): run this command by npm run sandbox -- …`;
    }
    const text = (message ?? "").replace(/\s+/g, " ").trim();
    return name && name !== "Error" ? `AWS refused: ${name}: ${text}` : text;
}

/** The answers that say that what was asked for is not there. */
const absences = new Set([
    "NoSuchBucket",
    "NotFound",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "NoSuchEntity",
    "NoSuchEntityException",
    "ObjectLockConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
]);

export function isAbsence(error: unknown): boolean {
    return absences.has((error as Error).name);
}

/** The answer, or undefined when what was asked for is not there. */
export async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
        return await answer;
    } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
    }
}
