/** What the commands on a line print with `--json`, field by field. `docs/line-json.md` is made of it. */
import * as v from "valibot";

const told = <const S extends v.GenericSchema>(schema: S, what: string) => v.pipe(schema, v.description(what));
const rate = (what: string) => told(v.number(), `${what}, bit/s`);
const bytes = (what: string) => told(v.number(), `${what}, bytes`);
const times = (what: string) => told(v.number(), `${what}, ms`);
const count = (what: string) => told(v.pipe(v.number(), v.integer()), what);
const text = (what: string) => told(v.string(), what);

const verdict = v.picklist(["shaped", "not-shaped", "undecided"]);
export type Verdict = v.InferOutput<typeof verdict>;

const effect = v.picklist(["not-shaped", "undecided", "harm", "note"]);
/**
 * What a finding means for the verdict. `not-shaped`: uploads do not give way. `undecided`: whether they do cannot be
 * told. `harm`: they do, and something else is wrong. `note`: worth knowing.
 */
export type Effect = v.InferOutput<typeof effect>;

const finding = v.strictObject({
    code: text("its section in doctor.md, or in findings.md"),
    effect: told(effect, "what it means for the verdict; `harm`: shaped, and something else is wrong"),
    certain: told(v.boolean(), "false where it hangs on what could not be told"),
    seen: text("what was seen, one line"),
    next: text("what to do, one line"),
});
/** One finding, from the doctor's catalogue or from the model of the forwarding path. */
export type Finding = v.InferOutput<typeof finding>;

const router = v.strictObject({
    url: text("where it was asked"),
    version: v.exactOptional(text("RouterOS, where it answered")),
    device: v.exactOptional(text("serial number, or another of its own")),
});
export const diagnosisSchema = v.strictObject({
    verdict: told(verdict, "of everything found"),
    router,
    findings: told(v.array(finding), "by weight"),
});
export type Diagnosis = v.InferOutput<typeof diagnosisSchema>;

const latency = v.strictObject({
    sent: count("round trips begun"),
    lost: count("of them, not back within 2 s"),
    median: times("half were back within"),
    p95: times("95 % were back within"),
    p99: times("99 % were back within"),
});
export type Latency = v.InferOutput<typeof latency>;

const underLoad = v.strictObject({
    idle: told(latency, "before anything was sent"),
    loaded: told(latency, "beside the upload"),
    grade: text("A+ to F: line.md defines it"),
});
export type LatencyResult = v.InferOutput<typeof underLoad>;

const rates = v.strictObject({
    bitsPerSecond: rate("of data that arrived"),
    onTheWire: rate(
        "the same as the router counts it: with requests, TLS, the headers of packets, and the round trips beside it",
    ),
    spread: told(v.tuple([v.number(), v.number()]), "tenth and ninetieth percentile of single seconds, of data, bit/s"),
    steady: told(
        v.boolean(),
        "false where something held the upload up for a while, or the line's rate changes: measure again",
    ),
});
export type Rate = v.InferOutput<typeof rates>;

export const measurementSchema = v.strictObject({
    rate: told(rates, "of the line upwards"),
    uplink: v.exactOptional(text("what to set `routeros-s3:uplink` to; absent where our own parent queue held it")),
    connections: count("at which more of them brought nothing more"),
    parts: count("that arrived: so many PUT requests, beside the two that begin and abort the upload"),
    bytes: bytes("of data that arrived"),
    retries: count("requests that were sent again"),
    tcp: v.exactOptional(told(underLoad, "of TCP connections; absent where none came back")),
    udp: v.exactOptional(told(underLoad, "of a resolver's answers; absent where none came back")),
});
export type Measurement = v.InferOutput<typeof measurementSchema>;

const phase = v.picklist(["idle", "upload", "beside", "after"]);
export type Phase = v.InferOutput<typeof phase>;

const giving = v.strictObject({
    before: rate("of uploads before the load, the median"),
    beside: rate("beside it"),
    after: rate("after it"),
    load: rate("of the other load"),
    gaveWayIn: v.exactOptional(told(v.number(), "seconds until it had given way; absent where it did not")),
    cameBackIn: v.exactOptional(told(v.number(), "seconds until it was back; absent where it was not")),
});
export type GivingWay = v.InferOutput<typeof giving>;

const look = v.strictObject({
    at: times("since the first look"),
    s3: rate("of uploads"),
    rest: rate("of all other traffic outward"),
    dropped: v.exactOptional(count("packets that the leaves for uploads threw away since the look before")),
    queued: v.exactOptional(bytes("that wait in the leaves for uploads")),
});
/** Between two looks at the router's counters. */
export type Rates = v.InferOutput<typeof look>;

const byPhase = v.strictObject({
    kind: told(v.picklist(["tcp", "udp"]), "of round trip"),
    grade: text("of the upload alone, A+ to F: line.md defines it"),
    idle: v.exactOptional(latency),
    upload: v.exactOptional(latency),
    beside: v.exactOptional(latency),
    after: v.exactOptional(latency),
});
const tripsOf = v.exactOptional(v.array(v.number()));

export const verificationSchema = v.strictObject({
    verdict: told(verdict, "of what was carried"),
    because: text("why; empty where it is shaped"),
    router,
    seen: told(
        v.picklist(["leaf", "class"]),
        "by which uploads are told: the leaves for uploads, or with profile join the DSCP that our rules give",
    ),
    share: told(v.number(), "of the uploaded bytes, that was carried so, 0 to 1"),
    sent: bytes("of data that arrived"),
    carried: bytes("through the leaves for uploads, or given the DSCP, with the headers of packets"),
    marked: bytes("marked by our rules, with the headers of packets"),
    dropped: v.exactOptional(count("packets that the leaves for uploads threw away; absent with profile join")),
    retries: count("requests that were sent again"),
    giving: v.exactOptional(told(giving, "absent where no other load was seen")),
    latency: v.exactOptional(told(byPhase, "absent where no round trip came back; a phase likewise")),
    findings: told(v.array(finding), "the doctor's, by weight"),
    rates: told(v.array(look), "about one a second"),
    phases: told(v.array(v.strictObject({ phase, at: times("when it began, since the first look") })), "as they came"),
    trips: told(
        v.strictObject({ idle: tripsOf, upload: tripsOf, beside: tripsOf, after: tripsOf }),
        "round trips by phase, ms",
    ),
});
export type Verification = v.InferOutput<typeof verificationSchema>;

/** A line of `watch --json`. */
export type Watched = v.InferOutput<typeof watchedSchema>;

export const watchedSchema = v.strictObject({
    at: text("when, in UTC"),
    s3: v.exactOptional(rate("of uploads; absent at the first look, and where the router was silent")),
    rest: v.exactOptional(rate("of all other traffic outward")),
    dropped: v.exactOptional(count("packets that the leaves for uploads threw away since the watch began")),
    queued: v.exactOptional(bytes("that wait in the leaves for uploads")),
    connections: v.exactOptional(
        v.strictObject({ marked: count("connections with our mark"), fastTracked: count("of them, FastTracked") }),
    ),
    latency: v.exactOptional(told(latency, "of the last ten looks")),
    problem: v.exactOptional(text("what the router said, where it did not answer")),
});

const head = `# What the commands on a line print as data

With \`--json\`, standard output of \`npx routeros-s3 doctor\`, \`measure\` and \`verify\` is one JSON object, and that of
\`watch\` is one a line; progress is left out. What keeps a command from its answer is one line on standard error, with
nothing on standard output. A field with \`?\` may be absent. What each command ends with is in [line.md](line.md). This page
is made from \`line/output.ts\` (\`npm run docs:findings\`).
`;

const commands = {
    doctor: diagnosisSchema,
    measure: measurementSchema,
    verify: verificationSchema,
    watch: watchedSchema,
};

/** The page, as `docs/line-json.md` holds it. */
export function outputPage(): string {
    const sections = Object.entries(commands).map(
        ([name, schema]) => `## ${name}\n\n${fields(schema, "").join("\n")}\n`,
    );
    return `${head}\n${sections.join("\n")}`;
}

/** As much of a schema as is told of one. */
interface Shape {
    type: string;
    entries?: Record<string, Shape>;
    item?: Shape;
    items?: Shape[];
    wrapped?: Shape;
    options?: readonly string[];
    pipe?: readonly (Shape & { description?: string })[];
}

/** A line for each field: its way, its type, what it is. */
function fields(shape: unknown, prefix: string): string[] {
    return Object.entries((shape as Shape).entries ?? {}).flatMap(([name, field]) => {
        const of = field.wrapped ?? field;
        const what = of.pipe?.find(({ type }) => type === "description")?.description;
        const optional = field.type === "exact_optional" ? "?" : "";
        const line = `- \`${prefix}${name}${optional}\`: ${typeOf(of)}${what === undefined ? "" : `, ${what}`}`;
        return [line, ...fields(of.item ?? of, `${prefix}${name}${of.item ? "[]" : ""}.`)];
    });
}

function typeOf({ type, item, items, options }: Shape): string {
    if (item) return `array of ${typeOf(item)}`;
    if (items) return `[${items.map(typeOf).join(", ")}]`;
    if (options) return options.map((one) => `\`${one}\``).join(" or ");
    return type === "strict_object" ? "object" : type;
}
