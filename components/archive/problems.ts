/** What AWS would refuse, or a person would regret, said before anything is made. Pure. */
import { isRegion } from "../../providers/aws-ip-ranges/region";
import type { ArchiveSettings, ObjectLock, StorageClass, Transition } from "./settings";
import { minimumDays, storageClasses } from "./settings";

/** Classes of S3 that this component does not archive to, each with the reason. */
const otherClasses: Record<string, string> = {
    STANDARD: "it is what archiving is meant to leave",
    STANDARD_IA: "S3 moves objects there after 30 days at the earliest",
    ONEZONE_IA: "S3 moves objects there after 30 days at the earliest, and keeps them in one zone",
    INTELLIGENT_TIERING: "it bills each object for being watched, and needs no lifecycle",
    REDUCED_REDUNDANCY: "AWS advises against it",
    GLACIER_DEEP_ARCHIVE: "S3 writes it DEEP_ARCHIVE",
    GLACIER_FLEXIBLE_RETRIEVAL: "S3 writes it GLACIER",
    GLACIER_INSTANT_RETRIEVAL: "S3 writes it GLACIER_IR",
};

/** Settings that are not known yet, as at preview, are absent and not judged. */
export type KnownSettings = Partial<Omit<ArchiveSettings, "storageClass">> & { storageClass?: string };

/** Everything that is wrong, one line each: the argument, what it holds, why not, and what to do. Empty when right. */
export function archiveProblems(settings: KnownSettings): string[] {
    return [
        ...nameProblems(settings),
        ...classProblems(settings),
        ...dayProblems(settings),
        ...lockProblems(settings),
        ...combinationProblems(settings),
    ];
}

/** What works and may cost more than expected. One line each. */
export function archiveWarnings(settings: KnownSettings): string[] {
    const warnings: string[] = [];
    const { noncurrentDays, transitionDays = 0, furtherTransitions = [], versioning, bucketName } = settings;
    const steps = stepsOf(settings);
    const last = steps.at(-1);
    if (
        versioning !== false &&
        noncurrentDays !== undefined &&
        last &&
        noncurrentDays < minimumDays[last.storageClass]
    ) {
        warnings.push(
            `noncurrentDays is ${noncurrentDays}, but ${last.storageClass} bills every object for at least ` +
                `${minimumDays[last.storageClass]} days: a version removed earlier is paid to the end all the same`,
        );
    }
    steps.forEach((step, index) => {
        const next = steps[index + 1];
        if (next && next.days - step.days < minimumDays[step.storageClass]) {
            warnings.push(
                `objects leave ${step.storageClass} for ${next.storageClass} after ${next.days - step.days} days, but it bills at ` +
                    `least ${minimumDays[step.storageClass]}: the rest is paid all the same`,
            );
        }
    });
    if (transitionDays > 0 && furtherTransitions.length === 0 && last) {
        warnings.push(
            `transitionDays is ${transitionDays}: what is not uploaded directly as ${last.storageClass} is billed in the dearer ` +
                `STANDARD until then`,
        );
    }
    if (bucketName?.includes(".")) {
        warnings.push(
            `bucketName "${bucketName}" has a dot: the certificate of https://${bucketName}.s3.<region>.amazonaws.com does not cover ` +
                "it, and some clients refuse it",
        );
    }
    const lockDays = settings.objectLock && daysOf(settings.objectLock);
    if (lockDays && noncurrentDays !== undefined && noncurrentDays < lockDays) {
        warnings.push(
            `noncurrentDays is ${noncurrentDays}, but objectLock keeps every version for ${lockDays} days: nothing goes before that`,
        );
    }
    return warnings;
}

function nameProblems({ bucketName, existingBucket, region }: KnownSettings): string[] {
    const problems: string[] = [];
    if (bucketName !== undefined && existingBucket !== undefined) {
        problems.push(
            `bucketName "${bucketName}" and existingBucket "${existingBucket}" are both given: the one makes a bucket, the other ` +
                "takes one that stands; give one of them",
        );
    }
    for (const [key, name] of Object.entries({ bucketName, existingBucket })) {
        const reason = name === undefined ? undefined : bucketNameProblem(name);
        if (reason !== undefined) problems.push(`${key} "${name}" is no bucket name that S3 accepts: ${reason}`);
    }
    if (region !== undefined && !isRegion(region)) {
        problems.push(`region "${region}" is no region of AWS; they are written as ap-southeast-2`);
    }
    return problems;
}

/** Why S3 would refuse the name of a bucket, or nothing. */
export function bucketNameProblem(name: string): string | undefined {
    if (name.length < 3 || name.length > 63) return `it has ${name.length} characters, and needs 3 to 63`;
    if (/[A-Z]/.test(name)) return `it has upper-case letters; write "${name.toLowerCase()}"`;
    const wrong = /[^a-z0-9.-]/.exec(name);
    if (wrong) return `it has the character "${wrong[0]}"; only a to z, 0 to 9, dots and hyphens may be used`;
    if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return "it has to begin and end with a letter or a digit";
    if (name.includes("..")) return "it has two dots in a row";
    if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "it looks like an IP address";
    const prefix = ["xn--", "sthree-", "amzn-s3-demo-"].find((reserved) => name.startsWith(reserved));
    if (prefix !== undefined) return `S3 keeps names that begin with "${prefix}" for itself`;
    const suffix = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].find((reserved) => name.endsWith(reserved));
    if (suffix !== undefined) return `S3 keeps names that end in "${suffix}" for itself`;
    return undefined;
}

/** Why a text is no ARN of a KMS key, or nothing. */
export function kmsKeyProblem(arn: string): string | undefined {
    return /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)\/.+$/.test(arn)
        ? undefined
        : "it is written as arn:aws:kms:<region>:<account>:key/<id>";
}

/** Why keys of an archive should not begin with a text, or nothing. In a policy `*`, `?` and `$` mean something else. */
export function prefixProblem(prefix: string): string | undefined {
    if (prefix.startsWith("/")) return `keys of S3 do not begin with a slash; write "${prefix.replace(/^\/+/, "")}"`;
    const wild = /[*?$]/.exec(prefix);
    if (wild) return `it has "${wild[0]}", which a policy takes for a pattern; choose another`;
    if (/\p{Cc}/u.test(prefix)) return "it has a control character; choose another";
    return Buffer.byteLength(prefix) > 1000
        ? "it is longer than 1,000 bytes, and leaves no room for a name"
        : undefined;
}

function classProblems(settings: KnownSettings): string[] {
    const problems: string[] = [];
    const { storageClass, furtherTransitions = [] } = settings;
    const named = [
        ...(storageClass === undefined ? [] : [["storageClass", storageClass] as const]),
        ...furtherTransitions.map(
            (step, index) => [`furtherTransitions[${index}].storageClass`, step.storageClass] as const,
        ),
    ];
    for (const [key, value] of named) {
        if (isStorageClass(value)) continue;
        const reason = otherClasses[value];
        problems.push(
            `${key} "${value}" is no archive class${reason === undefined ? "" : `: ${reason}`}; use GLACIER, DEEP_ARCHIVE or GLACIER_IR`,
        );
    }
    if (problems.length > 0) return problems;
    const steps = stepsOf(settings);
    steps.forEach((step, index) => {
        const next = steps[index + 1];
        if (!next) return;
        const key = `furtherTransitions[${index}]`;
        if (storageClasses.indexOf(next.storageClass) <= storageClasses.indexOf(step.storageClass)) {
            problems.push(
                `${key} goes from ${step.storageClass} to ${next.storageClass}: S3 moves objects only to a colder class, ` +
                    `${storageClasses.join(" to ")}; leave it out`,
            );
        } else if (next.days <= step.days) {
            problems.push(
                `${key}.days is ${next.days}: it has to be more than the ${step.days} days of the move to ${step.storageClass} before it`,
            );
        }
    });
    return problems;
}

function dayProblems(settings: KnownSettings): string[] {
    const problems: string[] = [];
    const whole = (key: string, value: number | undefined, least: number, why: string) => {
        if (value === undefined || (Number.isInteger(value) && value >= least && value <= 2_147_483_647)) return;
        problems.push(`${key} is ${value}: it has to be a whole number of days, ${least} or more${why}`);
    };
    whole("transitionDays", settings.transitionDays, 0, "");
    settings.furtherTransitions?.forEach((step, index) => whole(`furtherTransitions[${index}].days`, step.days, 1, ""));
    whole("abortIncompleteDays", settings.abortIncompleteDays, 1, " (S3 knows no shorter time for unfinished uploads)");
    whole("noncurrentDays", settings.noncurrentDays, 1, " (S3 keeps an overwritten version for a day at least)");
    return problems;
}

function lockProblems({ objectLock, versioning }: KnownSettings): string[] {
    if (objectLock === undefined) return [];
    const problems: string[] = [];
    const { mode, days, years } = objectLock;
    if (versioning === false) {
        problems.push(
            "objectLock is set and versioning is false: S3 locks versions, so it refuses one without the other; set versioning to true",
        );
    }
    if (mode !== "GOVERNANCE" && mode !== "COMPLIANCE") {
        problems.push(`objectLock.mode is ${JSON.stringify(mode)}; it has to be GOVERNANCE or COMPLIANCE`);
    }
    if ((days === undefined) === (years === undefined)) {
        problems.push(
            `objectLock has ${days === undefined ? "neither days nor years" : "days and years"}; give one of them`,
        );
    }
    for (const [key, value] of Object.entries({ days, years })) {
        const most = key === "days" ? 36_500 : 100;
        if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= most)) {
            problems.push(`objectLock.${key} is ${value}; it has to be a whole number from 1 to ${most}`);
        }
    }
    return problems;
}

function combinationProblems(settings: KnownSettings): string[] {
    const problems: string[] = [];
    const { moveSmallObjects, storageClass, objectLock, forceDestroy, existingBucket, kmsKeyArn } = settings;
    if (moveSmallObjects === true && stepsOf(settings).some((step) => step.storageClass === "GLACIER_IR")) {
        problems.push(
            `moveSmallObjects is true and ${storageClass === "GLACIER_IR" ? "storageClass" : "a transition"} is GLACIER_IR: it bills ` +
                "every object as 128 KB at least, and S3 does not move smaller ones there; set moveSmallObjects to false",
        );
    }
    if (objectLock?.mode === "COMPLIANCE" && forceDestroy === true) {
        problems.push(
            "forceDestroy is true and objectLock.mode is COMPLIANCE: nobody can delete a locked version, so the bucket could not be " +
                "destroyed; leave forceDestroy out",
        );
    }
    if (existingBucket !== undefined && forceDestroy === true) {
        problems.push(
            "forceDestroy is true, but existingBucket is never destroyed by this stack; leave forceDestroy out",
        );
    }
    const keyReason = kmsKeyArn === undefined ? undefined : kmsKeyProblem(kmsKeyArn);
    if (keyReason !== undefined) problems.push(`kmsKeyArn "${kmsKeyArn}" is no ARN of a key; ${keyReason}`);
    const prefixReason = settings.prefix === undefined ? undefined : prefixProblem(settings.prefix);
    if (prefixReason !== undefined) problems.push(`prefix "${settings.prefix}" cannot be used: ${prefixReason}`);
    return problems;
}

/** The moves in order, as far as they are known; those of an unknown class are left out. */
function stepsOf({ storageClass, transitionDays = 0, furtherTransitions = [] }: KnownSettings): Transition[] {
    const first = isStorageClass(storageClass) ? [{ storageClass, days: transitionDays }] : [];
    return [...first, ...furtherTransitions.filter((step) => isStorageClass(step.storageClass))];
}

function isStorageClass(value: string | undefined): value is StorageClass {
    return (storageClasses as readonly (string | undefined)[]).includes(value);
}

function daysOf({ days, years }: ObjectLock): number {
    return days ?? (years ?? 0) * 365;
}
