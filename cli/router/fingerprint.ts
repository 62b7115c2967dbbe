import { once } from "node:events";
import { isIP } from "node:net";
import { connect, type PeerCertificate } from "node:tls";

import { Command, InvalidArgumentError, Option } from "commander";

import { pinCommand } from "../../providers/routeros/runtime/router/settings";
import { stackConfig } from "../stack/config";

interface Flags {
    stack?: string;
    connection?: string;
    timeout: number;
}

/** `routeros-s3 fingerprint`: the certificate that a router shows, and the line that pins it. */
export function fingerprintCommand(): Command {
    return new Command("fingerprint")
        .description(
            "Show the certificate of a router's REST service, how to compare it, and the command that pins it.",
        )
        .argument("[url]", "address of the router, such as https://192.168.88.1 (default: the stack's routeros:url)")
        .option("--stack <name>", "the stack whose router it is (default: the one that is selected)")
        .option("--connection <name>", "pin it for a router of routeros:connections")
        .addOption(new Option("--timeout <seconds>", "how long to wait").default(10).argParser(parseSeconds))
        .action(run);
}

function parseSeconds(text: string): number {
    const seconds = Number(text);
    if (!(seconds > 0) || seconds > 3600) throw new InvalidArgumentError("1 to 3600 seconds.");
    return seconds;
}

async function run(given: string | undefined, { stack, connection, timeout }: Flags): Promise<void> {
    const url = addressOf(given ?? (await stackUrl(stack)));
    const certificate = await certificateOf(url, timeout);
    const { fingerprint256: fingerprint } = certificate;
    console.log(`${url.origin} shows the certificate of ${nameOf(certificate)}, valid until ${certificate.valid_to}

  ${fingerprint}

Compare it with what the router says: /certificate print detail shows it as fingerprint, in this form:

  ${fingerprint.replaceAll(":", "").toLowerCase()}

Where they are the same, pin it:

  ${pinCommand(fingerprint, connection)}`);
}

async function stackUrl(stack: string | undefined): Promise<string> {
    const { "routeros:url": url } = await stackConfig(stack).catch((error: unknown) => {
        throw new Error(`which router? Give its address; ${error instanceof Error ? error.message : ""}`, {
            cause: error,
        });
    });
    if (url === undefined) throw new Error("which router? The stack has no routeros:url; give the router's address");
    return url;
}

function addressOf(text: string): URL {
    const address = text.includes("://") ? text : `https://${text}`;
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url === undefined || url.hostname === "" || url.username !== "" || url.password !== "") {
        throw new Error("that is no address; it is written as https://192.168.88.1 or https://router.lan:8443");
    }
    if (url.protocol !== "https:") throw new Error(`${url.origin} shows no certificate: only https:// has one`);
    return url;
}

/** Looked at and not trusted: nothing is sent. */
async function certificateOf(url: URL, seconds: number): Promise<PeerCertificate> {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const socket = connect({
        host,
        port: Number(url.port || 443),
        rejectUnauthorized: false,
        ...(isIP(host) ? {} : { servername: host }),
    });
    try {
        await once(socket, "secureConnect", { signal: AbortSignal.timeout(seconds * 1000) });
        return socket.getPeerCertificate();
    } catch (error) {
        const { code, name, message } = error as NodeJS.ErrnoException;
        const why = name === "AbortError" ? `no answer in ${seconds} s` : (code ?? message);
        throw new Error(
            `${url.origin} shows no certificate: ${why}; check the address, and www-ssl in /ip/service on the router`,
            { cause: error },
        );
    } finally {
        socket.destroy();
    }
}

function nameOf({ subject }: PeerCertificate): string {
    const name: unknown = subject.CN;
    return typeof name === "string" && name !== "" ? name.replace(/\p{C}/gu, "?") : "no name";
}
