/** The router's resources and their arguments. */
export { AddressList } from "./address-list";
export type * from "./args";
export { FirewallRules } from "./firewall-rules";
export { QueueTree } from "./queue-tree";
export { QueueType } from "./queue-type";
