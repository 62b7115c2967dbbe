import { AddressList } from "routeros-s3";

/**
 * Hosts that may reach the router's management. Rows of the list that somebody adds by hand are drift, and go: the
 * list is exclusive.
 */
const management = new AddressList("management", {
    list: "management",
    addresses: ["192.168.88.10", "192.168.88.32/27", "10.0.0.5-10.0.0.9"],
    comment: "may manage this router",
    exclusive: true,
});

/** The same for IPv6. */
new AddressList("management6", {
    family: "ipv6",
    list: "management",
    addresses: ["2001:db8:1::10", "2001:db8:1:20::/64"],
    comment: "may manage this router",
});

export const addresses = management.addresses;
