/** The kinds of resources, one a line: loader, `KindName`, removal without a state and documentation go by it. */
export { addressList as AddressList } from "./address-list";
export { firewallRules as FirewallRules } from "./firewall-rules";
export { queueType as QueueType } from "./queue-type";
export { queueTree as QueueTree } from "./queue-tree";
