import type { AwsClients, S3 } from "../clients";
import { orAbsent } from "../errors";
import type { ResourceType } from "../resource-type";
import type { Fields, Json, Values } from "../schema";
import { boolean, date, fromApi, isObject, json, list, map, number, object, string, texts, toApi } from "../schema";

interface Setting {
    fields: Fields;
    canonical?: (values: Values) => Values;
    /** Asks S3; undefined when the bucket has no such setting. */
    get(s3: S3, Bucket: string): Promise<Values | undefined>;
    put(s3: S3, Bucket: string, values: Values): Promise<unknown>;
    remove(s3: S3, Bucket: string, values: Values): Promise<unknown>;
}

/** A setting of a bucket as a resource: there is one at most, it is put as a whole, and its id is the bucket's name. */
function setting(of: Setting): ResourceType {
    const s3 = (values: Values, clients: AwsClients) => clients.s3(values["region"] as string | undefined);
    return {
        fields: {
            bucket: string({ required: true, replaces: true }),
            region: string({ computed: true, replaces: true }),
            ...of.fields,
        },
        canonical: of.canonical,
        async create(values, clients) {
            const id = values["bucket"] as string;
            await of.put(await s3(values, clients), id, values);
            return id;
        },
        async read(id, values, clients) {
            const found = await orAbsent(of.get(await s3(values, clients), id));
            return found && { inputs: { ...found, bucket: id, region: values["region"] ?? clients.region } };
        },
        update: async (id, values, clients) => void (await of.put(await s3(values, clients), id, values)),
        remove: async (id, values, clients) => void (await of.remove(await s3(values, clients), id, values)),
    };
}

const closedToPublic: Fields = {
    blockPublicAcls: boolean({ fallback: false }),
    blockPublicPolicy: boolean({ fallback: false }),
    ignorePublicAcls: boolean({ fallback: false }),
    restrictPublicBuckets: boolean({ fallback: false }),
};

export const publicAccessBlock = setting({
    fields: closedToPublic,
    async get({ client, api }, Bucket) {
        const answer = await client.send(new api.GetPublicAccessBlockCommand({ Bucket }));
        return fromApi(closedToPublic, answer.PublicAccessBlockConfiguration ?? {});
    },
    put({ client, api }, Bucket, values) {
        const PublicAccessBlockConfiguration = toApi(closedToPublic, values);
        return client.send(new api.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    },
    remove: ({ client, api }, Bucket) => client.send(new api.DeletePublicAccessBlockCommand({ Bucket })),
});

const ownershipRule: Fields = { objectOwnership: string({ required: true }) };

export const ownershipControls = setting({
    fields: { rule: object(ownershipRule, { required: true }) },
    async get({ client, api }, Bucket) {
        const answer = await client.send(new api.GetBucketOwnershipControlsCommand({ Bucket }));
        const rule = answer.OwnershipControls?.Rules?.[0];
        return rule && { rule: fromApi(ownershipRule, rule) };
    },
    put({ client, api }, Bucket, values) {
        const OwnershipControls = { Rules: [toApi(ownershipRule, values["rule"] as Values)] } as never;
        return client.send(new api.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    },
    remove: ({ client, api }, Bucket) => client.send(new api.DeleteBucketOwnershipControlsCommand({ Bucket })),
});

const encryptionFields: Fields = {
    rules: list(
        {
            applyServerSideEncryptionByDefault: object({
                kmsMasterKeyId: string({ computed: true, api: "KMSMasterKeyID" }),
                sseAlgorithm: string({ required: true, api: "SSEAlgorithm" }),
            }),
            blockedEncryptionTypes: texts({ computed: true, contested: true, entry: "EncryptionType" }),
            bucketKeyEnabled: boolean({ computed: true }),
        },
        { required: true },
    ),
};

export const encryption = setting({
    fields: encryptionFields,
    async get({ client, api }, Bucket) {
        const answer = await client.send(new api.GetBucketEncryptionCommand({ Bucket }));
        return fromApi(encryptionFields, answer.ServerSideEncryptionConfiguration ?? {});
    },
    put({ client, api }, Bucket, values) {
        const ServerSideEncryptionConfiguration = toApi(encryptionFields, values) as never;
        return client.send(new api.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
    },
    remove: ({ client, api }, Bucket) => client.send(new api.DeleteBucketEncryptionCommand({ Bucket })),
});

export const versioning = setting({
    fields: { versioningConfiguration: object({ status: string({ required: true }) }, { required: true }) },
    async get({ client, api }, Bucket) {
        const answer = await client.send(new api.GetBucketVersioningCommand({ Bucket }));
        return { versioningConfiguration: { status: answer.Status ?? "Disabled" } };
    },
    async put({ client, api }, Bucket, values) {
        const { status } = values["versioningConfiguration"] as { status: "Enabled" | "Suspended" | "Disabled" };
        if (status === "Disabled") return; // what a bucket is that never had versions; it cannot be asked for
        await client.send(new api.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: status } }));
    },
    async remove({ client, api }, Bucket, values) {
        if ((values["versioningConfiguration"] as { status: string }).status !== "Enabled") return;
        const VersioningConfiguration = { Status: "Suspended" as const };
        try {
            await client.send(new api.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
        } catch (error) {
            // A bucket with Object Lock keeps versions as long as it stands.
            if ((error as Error).name !== "InvalidBucketState") throw error;
        }
    },
});

export const bucketPolicy = setting({
    fields: { policy: json({ required: true }) },
    async get({ client, api }, Bucket) {
        const answer = await client.send(new api.GetBucketPolicyCommand({ Bucket }));
        return answer.Policy === undefined ? undefined : { policy: answer.Policy };
    },
    put({ client, api }, Bucket, values) {
        return client.send(new api.PutBucketPolicyCommand({ Bucket, Policy: values["policy"] as string }));
    },
    remove: ({ client, api }, Bucket) => client.send(new api.DeleteBucketPolicyCommand({ Bucket })),
});

const lockFields: Fields = {
    objectLockEnabled: string({ fallback: "Enabled", replaces: true }),
    rule: object({ defaultRetention: object({ days: number(), mode: string(), years: number() }, { required: true }) }),
};

export const objectLock = setting({
    fields: lockFields,
    canonical: withoutZeros,
    async get({ client, api }, Bucket) {
        const answer = await client.send(new api.GetObjectLockConfigurationCommand({ Bucket }));
        return answer.ObjectLockConfiguration && fromApi(lockFields, answer.ObjectLockConfiguration);
    },
    put({ client, api }, Bucket, values) {
        const ObjectLockConfiguration = toApi(lockFields, values) as never;
        return client.send(new api.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    },
    remove({ client, api }, Bucket) {
        const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled" as const };
        return client.send(new api.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    },
});

/** A retention is in days or in years; none of the other is sometimes written as 0. */
function withoutZeros(values: Values): Values {
    const { rule, ...others } = values;
    const retention = isObject(rule) ? rule["defaultRetention"] : undefined;
    if (!isObject(retention)) return values;
    const given = Object.entries(retention).filter(([, value]) => value !== 0);
    return { ...others, rule: { defaultRetention: Object.fromEntries<Json>(given) } };
}

const sizes: Fields = {
    objectSizeGreaterThan: number({ computed: true }),
    objectSizeLessThan: number({ computed: true }),
    prefix: string({ computed: true }),
};

const lifecycleFields: Fields = {
    rules: list(
        {
            abortIncompleteMultipartUpload: object({ daysAfterInitiation: number() }),
            expiration: object({
                date: date(),
                days: number({ computed: true }),
                expiredObjectDeleteMarker: boolean({ computed: true }),
            }),
            filter: object({
                and: object({ ...sizes, tags: map() }),
                ...sizes,
                tag: object({ key: string({ required: true }), value: string({ required: true }) }),
            }),
            id: string({ required: true, api: "ID" }),
            noncurrentVersionExpiration: object({ newerNoncurrentVersions: number(), noncurrentDays: number() }),
            noncurrentVersionTransitions: list({
                newerNoncurrentVersions: number(),
                noncurrentDays: number(),
                storageClass: string({ required: true }),
            }),
            status: string({ required: true }),
            transitions: list({
                date: date(),
                days: number({ computed: true }),
                storageClass: string({ required: true }),
            }),
        },
        { required: true },
    ),
};
const minimumSize: Fields = {
    transitionDefaultMinimumObjectSize: string({ computed: true }),
};

export const lifecycle = setting({
    fields: { ...lifecycleFields, ...minimumSize },
    canonical: (values) => ({
        ...values,
        ...(Array.isArray(values["rules"])
            ? { rules: values["rules"].map((rule) => forAllObjects(rule as Values)) }
            : {}),
    }),
    async get({ client, api }, Bucket) {
        const answer = await client.send(new api.GetBucketLifecycleConfigurationCommand({ Bucket }));
        return { ...fromApi(lifecycleFields, answer), ...fromApi(minimumSize, answer) };
    },
    put({ client, api }, Bucket, values) {
        const LifecycleConfiguration = toApi(lifecycleFields, values) as never;
        return client.send(
            new api.PutBucketLifecycleConfigurationCommand({
                Bucket,
                LifecycleConfiguration,
                ...toApi(minimumSize, values),
            }),
        );
    },
    remove: ({ client, api }, Bucket) => client.send(new api.DeleteBucketLifecycleCommand({ Bucket })),
});

/** No filter, an empty one, and one for keys that begin with nothing say the same. */
function forAllObjects(rule: Values): Values {
    if (!isObject(rule)) return rule;
    const { prefix, ...others } = (rule["filter"] ?? {}) as Values;
    const filter: Values = prefix === undefined ? others : { ...others, prefix };
    return { ...rule, filter: Object.keys(filter).length === 0 ? { prefix: "" } : filter };
}
