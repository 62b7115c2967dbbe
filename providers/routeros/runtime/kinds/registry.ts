/** All lifecycles; loaded on first use. */
import { lifecycleOf } from "../engine/lifecycle";
import { addressList } from "./address-list";
import { firewallRules } from "./firewall-rules";
import { queueTree } from "./queue-tree";
import { queueType } from "./queue-type";

export const lifecycles = {
    AddressList: lifecycleOf(addressList),
    FirewallRules: lifecycleOf(firewallRules),
    QueueTree: lifecycleOf(queueTree),
    QueueType: lifecycleOf(queueType),
};

export { forget, tune } from "../router/session";
