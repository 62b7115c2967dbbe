/** What a person should know and what stops nothing: each said once in a process. */
import type { Requires } from "../../../args";
import { isRouterError } from "../../router/errors";
import type { Session } from "../../router/session";
import { memo, warnOnce } from "../../router/session";
import type { Values } from "../../rows/fields";
import { readComment } from "../../rows/ownership";
import type { Wanted } from "../../rows/reconcile";
import { labelOf } from "../../rows/reconcile";
import type { CommonInputs, PlanContext } from "../kind";
import { standing } from "../reading";
import type { FirewallRulesInputs } from "./arguments";
import { isFastTrack } from "./fasttrack";
import { firewallMenu } from "./menu";
import { mayMatchTogether } from "./overlap";

/** What is about to happen to a resource. */
export type Coming = "new" | "changed" | "same";

export async function warnings<I extends CommonInputs>(
    session: Session,
    context: PlanContext<I>,
    requires: Requires,
    coming: Coming,
): Promise<void> {
    const inputs = context.inputs as CommonInputs & Partial<FirewallRulesInputs>;
    if (inputs.table === "mangle") endingRules(session, context as unknown as PlanContext<FirewallRulesInputs>);
    // The rest matters where something is about to be written, and costs requests.
    if (coming === "same") return;
    const permitted = await memo(session.once, "permissions", () => permissions(session));
    if (permitted === "unknown" && coming === "new") {
        warnOnce(
            `what user ${session.settings.username} may do on ${session.client.router} is unknown, for it does not ` +
                `tell; needed are ${needed.join(",")}.`,
        );
    }
    const listed = "addresses" in inputs && coming === "changed";
    if (!listed) await memo(session.once, "marks", () => strayMarks(session, requires));
}

/** Foreign rules ahead of ours that end evaluation for packets that ours are meant for. */
function endingRules(session: Session, { inputs, rows, wanted, matched }: PlanContext<FirewallRulesInputs>): void {
    const own = new Set([...standing(matched).values(), ...matched.surplus]);
    for (const chain of new Set(inputs.rules.map((rule) => rule.chain))) {
        const here = rows.filter((row) => row["chain"] === chain);
        const first = here.findIndex((row) => own.has(row));
        const ahead = first < 0 ? (inputs.position === "first" ? [] : here) : here.slice(0, first);
        const targets = wanted.filter(({ values }) => values["chain"] === chain).map((one) => withMarking(one, wanted));
        for (const row of ahead) {
            if (own.has(row) || row["disabled"] === "true" || !endsEvaluation(row)) continue;
            if (!targets.some((values) => mayMatchTogether(row, values))) continue;
            warnOnce(
                `rule ${labelOf(row)} in ${firewallMenu(inputs.table, inputs.family)} on ${session.client.router} stands ` +
                    "ahead of ours and ends evaluation: packets it matches are not marked.",
            );
        }
    }
}

/** A rule that goes by a connection mark of ours matches only what the rule that sets the mark has matched. */
function withMarking({ values }: Wanted, wanted: readonly Wanted[]): Values {
    const mark = values["connection-mark"];
    const setter = wanted.find((other) => mark !== undefined && other.values["new-connection-mark"] === mark);
    return setter ? { ...setter.values, ...values } : values;
}

function endsEvaluation(row: Values): boolean {
    const action = row["action"] ?? "accept";
    if (["accept", "drop", "return", "fasttrack-connection"].includes(action)) return true;
    return /^mark-/.test(action) && row["passthrough"] === "false";
}

const needed = ["read", "write", "api", "rest-api"];

/** Policies of the user's group. Where the router does not say, they are unknown, and work goes on. */
async function permissions(session: Session): Promise<"known" | "unknown"> {
    try {
        const [user] = await session.client.rows("/user", {
            name: session.settings.username,
            ".proplist": ".id,name,group",
        });
        const name = user?.["group"];
        // The built-in group `full` has every policy. A user of a RADIUS server is not in the menu.
        if (name === "full") return "known";
        if (name === undefined) return "unknown";
        const [group] = await session.client.rows("/user/group", { name, ".proplist": ".id,name,policy" });
        const policies = group?.["policy"]?.split(",");
        if (policies === undefined) return "unknown";
        const missing = needed.filter((policy) => !policies.includes(policy));
        if (missing.length > 0) {
            warnOnce(
                `group ${name} of user ${session.settings.username} on ${session.client.router} lacks ${missing.join(",")}.`,
            );
        }
        return "known";
    } catch (error) {
        if (!isRouterError(error)) throw error;
        return "unknown";
    }
}

/** Packet marks that foreign rules set and that no leaf of ours carries: such packets go past our queues. */
async function strayMarks(session: Session, requires: Requires): Promise<void> {
    const carried = requires.packetMarks;
    if (carried === undefined || requires.wanInterface === undefined) return;
    for (const family of requires.families ?? ["ipv4", "ipv6"]) {
        const rows = await session.snapshot.rows(firewallMenu("mangle", family), {
            action: "mark-packet",
            dynamic: "false",
            ".proplist": ".id,action,chain,new-packet-mark,disabled,comment,dynamic",
        });
        for (const row of rows) {
            const mark = row["new-packet-mark"] ?? "";
            if (
                row["disabled"] === "true" ||
                readComment(row["comment"]).marker ||
                mark === "" ||
                carried.includes(mark)
            ) {
                continue;
            }
            warnOnce(
                `packet mark ${mark}, set by rule ${labelOf(row)} on ${session.client.router}, is carried by no queue of ` +
                    "ours: add it to restMarks where such packets leave by the shaped interface.",
            );
        }
    }
}

/** Connections that are FastTracked already stay so until they end. */
export async function countFastTracked(
    session: Session,
    { inputs, rows }: PlanContext<FirewallRulesInputs>,
): Promise<void> {
    if (!inputs.fastTrackBypass || !rows.some(isFastTrack)) return;
    await memo(session.once, `fasttracked ${inputs.family}`, async () => {
        const menu = `/${inputs.family === "ipv4" ? "ip" : "ipv6"}/firewall/connection`;
        try {
            const all = await session.client.rows(menu, { fasttrack: "true", ".proplist": ".id,fasttrack" });
            if (all.length === 0) return;
            warnOnce(
                `${all.length} ${inputs.family} connections on ${session.client.router} are FastTracked already and pass ` +
                    "the queues until they end; `npx routeros-s3 release` removes those to S3.",
            );
        } catch (error) {
            if (!isRouterError(error)) throw error;
        }
    });
}
