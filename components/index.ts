/** Everything for programs of other people: the components, the router's resources, and their arguments. */
import "../providers/node-version";

export { AddressList } from "../providers/routeros/address-list";
export type {
    AddressListArgs,
    Family,
    FeedSource,
    FirewallRule,
    FirewallRulesArgs,
    Queue,
    QueueTreeArgs,
    QueueTypeArgs,
    Requires,
    RouterResourceArgs,
    RulesPosition,
} from "../providers/routeros/args";
export { FirewallRules } from "../providers/routeros/firewall-rules";
export { QueueTree } from "../providers/routeros/queue-tree";
export { QueueType } from "../providers/routeros/queue-type";
export type { ArchiveBucketArgs, ArchiveOverrides } from "./archive/archive-bucket";
export { ArchiveBucket } from "./archive/archive-bucket";
export type { ObjectLock, StorageClass, Transition } from "./archive/settings";
export type { LineKind, ProfileName, QueueNumbers, ShapingNames, ShapingNumbers } from "./shaping/profiles";
export type { RegionPrefixesOptions, ShapedBackupArgs } from "./shaped-backup";
export { regionPrefixes, ShapedBackup } from "./shaped-backup";
export type { RestorerArgs } from "./archive/restorer";
export { Restorer } from "./archive/restorer";
export type { UploadCommands } from "./archive/upload-commands";
export type { UploaderArgs, UploaderIdentity } from "./archive/uploader";
export { Uploader } from "./archive/uploader";
export type { UploadPrefixes, UploadShapingArgs } from "./shaping/upload-shaping";
export { UploadShaping } from "./shaping/upload-shaping";
