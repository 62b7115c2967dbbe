import type { Row } from "../api";
import type { Device } from "../device/device";
import { formatTimestamp } from "../device/durations";
import { hashPassword } from "../device/passwords";
import { PerDevice } from "../device/per-device";
import { refuse } from "../errors";
import type { MenuRules } from "./definition";

/** The password is kept as a salted hash (`passwords.ts`) and never shown. */
export const users: MenuRules = {
    path: "/user",
    named: true,
    mandatory: ["name", "group"],
    fields: { group: { kind: "reference", menu: "/user/group", says: "group" } },
    defaults: { disabled: "no", address: "" },
    hidden: ["password"],
    check(values, { written }) {
        if (written["password"] !== undefined) values["password"] = hashPassword(written["password"]);
    },
    show: (shown) => ({ ...shown, expired: "false" }),
    removing(rows, device) {
        if (device.table("/user").size === rows.length) throw refuse.lastFullUser();
    },
};

/** Everything that a policy may name; what is not given reads with `!`. */
const policies = [
    ...["local", "telnet", "ssh", "ftp", "reboot", "read", "write", "policy", "test", "winbox", "password", "web"],
    ...["sniff", "sensitive", "api", "romon", "rest-api"],
];

/** A positive list only adds; a policy is taken away by naming it with `!`; negations are filled in (recorded). */
function mergePolicy(before: string, written: string): string {
    const has = new Set(before.split(",").filter((name) => name !== "" && !name.startsWith("!")));
    for (const name of written.split(",").filter((part) => part !== "")) {
        if (name.startsWith("!")) has.delete(name.slice(1));
        else has.add(name);
    }
    return policies.map((name) => (has.has(name) ? name : `!${name}`)).join(",");
}

const readOnly = "local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon,rest-api";

export const groups: MenuRules = {
    path: "/user/group",
    builtin: Object.entries({ read: readOnly, write: `${readOnly},write`, full: policies.join(",") }).map(
        ([name, policy]) => ({ name, policy: mergePolicy("", policy), skin: "default" }),
    ),
    named: true,
    mandatory: ["name"],
    fields: { policy: { kind: "enum-list", values: policies, emptyAllowed: true } },
    defaults: { policy: "", skin: "default" },
    check(values, { row, written }) {
        values["policy"] = mergePolicy(row?.values["policy"] ?? "", written["policy"] ?? "");
    },
    removing(rows, device) {
        const ids = new Set(rows.map((row) => `*${row.id.toString(16).toUpperCase()}`));
        if (
            device
                .table("/user")
                .all()
                .some((user) => ids.has(user.values["group"] ?? ""))
        )
            throw refuse.groupInUse();
    },
};

export function hasPolicy(policy: string, name: string): boolean {
    return policy.split(",").includes(name);
}

interface Session {
    user: string;
    address: string;
    since: string;
    group: string;
}

/** Users seen since the last restart. */
const sessions = new PerDevice<Session[]>(() => []);

export function noteSession(device: Device, user: string, address: string, group: string): void {
    const seen = sessions.of(device);
    if (seen.some((session) => session.user === user && session.address === address)) return;
    seen.push({ user, address, group, since: formatTimestamp(device.now()) });
}

/** assumed(sessions): each user and source address leaves a `rest-api` and an `api` row until the router restarts. */
export const activeUsers: MenuRules = {
    path: "/user/active",
    computed(device): Row[] {
        return sessions.of(device).flatMap(({ user, address, since, group }, index) =>
            ["rest-api", "api"].map((via, offset) => ({
                ".id": `*${(index * 2 + offset + 1).toString(16).toUpperCase()}`,
                when: since,
                name: user,
                address,
                via,
                group,
                radius: "false",
            })),
        );
    },
    restarted: (device) => sessions.reset(device),
};
