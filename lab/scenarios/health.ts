import type { Bound, Finding } from "../metrics";
import { type Scenario, uploadConnections } from "./scenario";
import { contested } from "./sharing";

/** Longest silence of a connection, in s, with as many connections as the command line tool opens and with 40. */
const silenceAtMost: Record<number, number> = { [uploadConnections]: 10, 40: 20 };
/** In percent. */
const storedAtLeast = 98;
/** A contested half hour, in seconds. */
const halfHour = 1800;

/**
 * How the scavenger itself fares: S3 closes a connection over which a part has not come for 20 s, and the command line
 * tool sends such a part again from its start, so a starved upload may work all night and store nothing.
 */
function health(name: string, connections: number, beside = true): Scenario {
    const atMost = silenceAtMost[connections];
    return {
        name,
        title: `The upload's own health, ${connections} connections${beside ? "" : ", alone in a leaf that may take no more than it is guaranteed"}`,
        about:
            `An upload in parts of 8 MiB over ${connections} connections, ${beside ? "beside another upload that never ends" : "and nothing else"}; ` +
            "the server closes what is silent for 20 s, and the part is sent again. Half an hour at a pace of 1.",
        async play(setting) {
            const { stage, family, pace } = setting;
            await stage.parts("s3", "nas", "s3", family, connections);
            await stage.seconds(2);
            if (beside) await stage.upload("other", "pc", "internet", family, { connections: 4 });
            await stage.seconds(2);
            const span = await stage.measure(halfHour * pace);
            const recording = await stage.finish();
            const { stored, sent, cut, abandoned } = recording.parts("s3", span.to);
            const whole: Bound = { kind: "at least", value: storedAtLeast };
            const findings: Finding[] = [
                {
                    key: "stored",
                    title: "bytes stored, of bytes sent",
                    unit: "%",
                    value: (stored / sent) * 100,
                    ...(connections === uploadConnections && { bound: whole }),
                },
                { key: "cut", title: "parts cut and sent again", unit: "", value: cut },
                { key: "abandoned", title: "parts given up", unit: "", value: abandoned },
                {
                    key: "silence",
                    title: "longest silence of a connection",
                    unit: "s",
                    value: recording.longestSilence("s3", span).silence / 1000,
                    ...(atMost !== undefined && { bound: { kind: "at most", value: atMost } }),
                },
                {
                    key: "moved",
                    title: "connections that moved",
                    unit: "",
                    value: recording.moved("s3", span),
                    bound: { kind: "at least", value: connections },
                },
            ];
            if (!beside) return { findings };
            const rates = { s3: recording.goodput("s3", span), other: recording.goodput("other", span) };
            return { findings: [...findings, ...contested(setting, rates)] };
        },
    };
}

export const healthOfTen = health("health", uploadConnections);
export const healthOfForty = health("health-40", 40);
/** What a full line leaves S3, without playing the full line. */
export const healthHeld = [health("held", uploadConnections, false), health("held-40", 40, false)];
