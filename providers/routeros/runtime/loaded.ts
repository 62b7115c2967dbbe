/** All lifecycles; loaded on first use. */
import { addressList } from "./kinds/address-list";
import { firewallRules } from "./kinds/firewall-rules";
import { queueTree } from "./kinds/queue-tree";
import { queueType } from "./kinds/queue-type";
import { lifecycleOf } from "./lifecycle";

export const lifecycles = {
    AddressList: lifecycleOf(addressList),
    FirewallRules: lifecycleOf(firewallRules),
    QueueTree: lifecycleOf(queueTree),
    QueueType: lifecycleOf(queueType),
};

export { forget, tune } from "./session";
