/**
 * AWS's regions by name, and the partitions they belong to. Pure. By the table that AWS's SDKs carry (partitions.json
 * of botocore and of aws-sdk-go); a region that AWS opens later needs no entry, only another partition does.
 */
const partitions: readonly [name: string, regions: RegExp][] = [
    ["aws-cn", /^cn-/],
    ["aws-us-gov", /^us-gov-/],
    ["aws-eusc", /^eusc-/],
    ["aws-iso", /^us-iso-/],
    ["aws-iso-b", /^us-isob-/],
    ["aws-iso-e", /^eu-isoe-/],
    ["aws-iso-f", /^us-isof-/],
];

/** Whether a text is written as the regions of AWS are: `ap-southeast-2`, `us-gov-west-1`, `eusc-de-east-1`. */
export function isRegion(text: string): boolean {
    return /^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/.test(text);
}

/** The partition of a region, as ARNs begin with it: `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, … */
export function partitionOf(region: string): string {
    return partitions.find(([, regions]) => regions.test(region))?.[0] ?? "aws";
}
