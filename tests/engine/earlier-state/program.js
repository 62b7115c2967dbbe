/** A resource of every kind, with rows taken over, a guarded source and a bypass: what `state.json` was made by. */
const { AddressList, FirewallRules, QueueType, QueueTree } = require("./bin/components");
const requires = { interfaces: ["ether1"], wanInterface: "ether1", packetMarks: ["s3"], minimumVersion: "7.9" };
const common = { adopt: true, requires };
let dependsOn = [];
const source = { region: "eu-west-1", services: ["S3"], syncToken: "1763942400", maxShrinkPercent: 40 };
dependsOn = [
    new AddressList("list", {
        list: "uploads",
        addresses: ["52.95.128.0/21", "54.231.252.0/24"],
        comment: "S3",
        source,
        ...common,
    }),
];
dependsOn = [
    new AddressList(
        "list6",
        { family: "ipv6", list: "uploads", addresses: ["2600:9000::/28"], exclusive: true, ...common },
        { dependsOn },
    ),
];
const match = { chain: "forward", outInterface: "ether1", protocol: "tcp", dstPort: 443, dstAddressList: "uploads" };
dependsOn = [
    new FirewallRules(
        "marks",
        {
            table: "mangle",
            rules: [
                {
                    key: "connection",
                    ...match,
                    action: "mark-connection",
                    newConnectionMark: "s3",
                    connectionMark: "no-mark",
                    passthrough: true,
                },
                {
                    key: "packet",
                    chain: "forward",
                    action: "mark-packet",
                    connectionMark: "s3",
                    newPacketMark: "s3",
                    passthrough: false,
                    comment: "S3",
                },
            ],
            position: { before: { comment: "counter" } },
            ...common,
        },
        { dependsOn },
    ),
];
dependsOn = [
    new FirewallRules(
        "bypass",
        { table: "filter", fastTrackBypass: { connectionMark: "s3", comment: "S3" }, ...common },
        { dependsOn },
    ),
];
dependsOn = [
    new QueueType(
        "leaf",
        { name: "leaf", kind: "fq-codel", parameters: { fqCodelLimit: 1000, fqCodelTarget: "7ms" }, ...common },
        { dependsOn },
    ),
];
new QueueTree(
    "queues",
    {
        queues: [
            { name: "up", parent: "ether1", maxLimit: "19M" },
            {
                name: "up-rest",
                parent: "up",
                packetMarks: ["no-mark"],
                priority: 1,
                limitAt: "18M",
                maxLimit: "19M",
                queue: "leaf",
            },
            {
                name: "up-s3",
                parent: "up",
                packetMarks: ["s3"],
                limitAt: "190k",
                maxLimit: "19M",
                queue: "leaf",
                comment: "S3",
            },
        ],
        ...common,
    },
    { dependsOn },
);
