/** What AWS answered, or why it did not, in one line. */
export function explain(error: unknown): string {
    const { name, message, code } = error as NodeJS.ErrnoException;
    const lost = /ECONNREFUSED|ECONNRESET/.exec(`${code} ${message}`);
    if (lost) return `the sandbox's AWS does not answer (${lost[0]}): run this command by npm run sandbox -- …`;
    if (name === "BucketNotEmpty") {
        return "the bucket still holds objects, or versions of them; remove them, set forceDestroy, or forget all that the sandbox holds: npm start -- --fresh";
    }
    const text = message.replace(/\s+/g, " ").trim();
    return name && name !== "Error" ? `AWS refused: ${name}: ${text}` : text;
}

/** The answers that say that what was asked for is not there. */
const absences = new Set([
    "NoSuchBucket",
    "NotFound",
    "NoSuchBucketPolicy",
    "NoSuchCORSConfiguration",
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
