import { fieldTable, type Menu } from "../../../../providers/routeros/runtime/rows/fields";

/**
 * `/interface/list/member` (https://help.mikrotik.com/docs/spaces/ROS/pages/47579180/List).
 *
 * {".id":"*1","disabled":"false","dynamic":"false","interface":"ether1","list":"WAN"}
 */
export const memberMenu: Menu = {
    path: "/interface/list/member",
    identity: ["interface", "list"],
    label: ["list", "interface"],
    dynamic: true,
    table: fieldTable([
        { wire: "list", kind: "word", doc: "Name of the list." },
        { wire: "interface", kind: "word", doc: "Interface that is in it." },
        { wire: "comment", kind: "text", cleared: "", doc: "Comment, the ownership marker its last part." },
        { wire: "disabled", kind: "boolean", fallback: "false", doc: "Whether the row is left out." },
    ]),
};
