/** What `routeros-s3 audit` prints. Pure. */
import { ageText, type Prices, unconfirmed } from "../cost/prices";
import { money, sizeText } from "../cost/view";
import type { UnfinishedUpload } from "./bucket";
import type { Finding, Verdict } from "./compare";

export interface Totals {
    verdicts: Record<Verdict, number>;
    /** Of what is in the archive. */
    bytes: number;
    /** Of what is in the archive, compared by size alone. */
    bySize: number;
    passedOver: number;
    /** Newest versions in the archive, by class. */
    classes: Record<string, { objects: number; bytes: number }>;
    onlyInArchive: number;
    uploads: number;
    withoutVersions: boolean;
}

const number = (value: number) => value.toLocaleString("en-US");
const day = (date: Date | undefined) => date?.toISOString().slice(0, 10) ?? "an unknown day";

export function findingText({ file, verdict, version }: Finding): string {
    switch (verdict) {
        case "older":
            return `older        ${file.name} is there as a version of ${day(version?.modified)} (${version?.versionId ?? "null"}), not as the newest`;
        case "different": {
            const what =
                version?.bytes === file.bytes
                    ? "other content of the same size"
                    : `${version?.bytes} bytes there, ${file.bytes} here`;
            return `different    ${file.name} ${what}`;
        }
        default:
            return `${verdict.padEnd(13)}${file.name}`;
    }
}

export function uploadText({ key, started, storageClass }: UnfinishedUpload): string {
    return `unfinished   ${key}, an upload to ${storageClass} that began on ${day(started)}`;
}

export function totalsText(totals: Totals, bucket: { name: string }): string {
    const { archived, older, different, missing } = totals.verdicts;
    const all = archived + older + different + missing;
    const classes = Object.entries(totals.classes).map(
        ([name, { objects, bytes }]) => `  ${name}: ${number(objects)} (${sizeText(bytes)})`,
    );
    const line = (value: number, text: string) => (value > 0 ? [`  ${number(value)} ${text}`] : []);
    return [
        `${number(archived)} of ${number(all)} files are in the bucket ${bucket.name} (${sizeText(totals.bytes)})`,
        ...line(totals.bySize, "of them compared by size alone: S3 tells no checksum that can be worked out"),
        ...line(older, "there as an older version alone"),
        ...line(different, "there with other content"),
        ...line(missing, "not there"),
        ...line(totals.passedOver, "passed over, see above"),
        ...line(totals.onlyInArchive, "objects in the archive alone"),
        ...line(
            totals.uploads,
            "uploads that were never finished; the lifecycle removes their parts after abortIncompleteDays",
        ),
        ...(totals.withoutVersions
            ? ["older versions were not looked at: that needs s3:ListBucketVersions, which the stack's restorer has"]
            : []),
        ...(classes.length > 0 ? ["the archive's newest versions by class:", ...classes] : []),
    ].join("\n");
}

export function priceText(files: number, prices: Prices): string {
    const price = prices.classes.STANDARD.getPer1000;
    const star = unconfirmed(prices).includes("STANDARD.getPer1000") ? "*" : "";
    const cost = price === undefined ? "" : `, about ${money((files / 1000) * price.value)}${star} ${prices.currency}`;
    return (
        `--checksums takes up to ${number(files)} requests, one for each file that is there with the same size${cost} ` +
        `(prices of ${prices.region}, ${ageText(prices)}${star && "; * fewer than two lists confirm it"})`
    );
}
