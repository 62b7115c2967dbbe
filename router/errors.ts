/**
 * What the router refuses, and with which words. Every text is here once; the mark says where it comes from:
 * recorded on a device, documented, or assumed(texts).
 */
const reasons: Record<number, string> = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    406: "Not Acceptable",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
    501: "Not Implemented",
};

/** A refusal: an HTTP status and, mostly, RouterOS's text. */
export class Refusal extends Error {
    constructor(
        readonly status: number,
        readonly detail?: string,
    ) {
        super(detail ?? reasons[status] ?? `status ${status}`);
        this.name = "Refusal";
    }

    /** The body as REST sends it; `detail` is absent where RouterOS says nothing more than the status. */
    body(): Record<string, string | number> {
        const message = reasons[this.status] ?? "Error";
        return this.detail === undefined
            ? { error: this.status, message }
            : { detail: this.detail, error: this.status, message };
    }
}

const bad = (detail: string) => new Refusal(400, detail);

export const refuse = {
    // Recorded.
    unknownId: () => new Refusal(404),
    unauthorized: () => new Refusal(401),
    head: () => new Refusal(501),
    apiNotAllowed: () => new Refusal(500, "std failure: not allowed (9)"),
    notEnoughPermissions: () => new Refusal(500, "not enough permissions (9)"),
    unknownMenu: (name: string) => bad(`no such command or directory (${name})`),
    noSuchCommand: () => bad("no such command"),
    noSuchCommandPrefix: () => bad("no such command prefix"),
    badIdentifier: () => bad("missing or invalid resource identifier"),
    unknownParameter: (name: string) => bad(`unknown parameter ${name}`),
    missing: (name: string) => bad(`missing =${name}=`),
    noMatch: (name: string) => bad(`input does not match any value of ${name}`),
    ambiguous: (type: string) => bad(`ambiguous value of ${type}, more than one possible value matches input`),
    outOfRange: (name: string, range: string) => bad(`value of ${name} out of range (${range})`),
    badValue: (name: string) => bad(`invalid value for argument ${name}`),
    notAnAddress: () => bad("value of range expects range of ip addresses"),
    duplicateEntry: () => bad("failure: already have such entry"),
    duplicateName: () => bad("failure: already have such name"),
    simpleLimit: (direction: "upload" | "download") =>
        bad(`failure: ${direction}-max-limit less than ${direction}-limit`),
    portsWithoutProtocol: () => bad("failure: ports can be specified if proto is tcp,udp,udp-lite,dccp,sctp"),
    moveBeforeItself: () => bad("failure: can not move object before itself"),
    builtin: () => bad("cannot move builtin"),
    groupInUse: () => bad("failure: group has some users"),
    sessionClosed: () => bad("Session closed"),
    // Documented.
    verbAbsent: (command: string) => new Refusal(406, `no such command or directory (${command})`),
    tooManyPacketMarks: () => bad("bad new packet mark"),
    // assumed(texts)
    malformedJson: () => bad("invalid JSON"),
    notAnObject: () => bad("JSON object expected"),
    tooLarge: () => new Refusal(413),
    contentType: () => new Refusal(415),
    badIpv6Address: () => bad("value of address expects ipv6 prefix"),
    treeLimit: () => bad("failure: max-limit less than limit-at"),
    treeLoop: () => bad("failure: parent can not be its own child"),
    treeDepth: () => bad("failure: too many queue levels"),
    builtinChange: (verb: string) => bad(`failure: can not ${verb} builtin`),
    dynamicChange: (verb: string) => bad(`failure: can not ${verb} dynamic object`),
    defaultRemove: () => bad("failure: can not remove default object"),
    missingMark: (name: string) => bad(`failure: ${name} must be specified`),
    scriptTooLong: () => bad("failure: script too long"),
    deviceMode: () => bad("failure: not allowed by device-mode"),
    foreignOrigin: () => new Refusal(403, "the control interface answers its own page and programs alone"),
    lastFullUser: () => bad("failure: last full user can not be removed"),
};
