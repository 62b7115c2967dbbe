/** For every option that takes a value a wrong one, and what is said of it; or why any value is right. */
/** A wrong value, and what is said of it; `alone` without what stands beside. */
export interface Wrong {
    value: string;
    says: RegExp;
    alone?: string[];
    isParsed?: boolean;
}

const noStack = { value: "none", says: /of stack none cannot be read: no stack named 'none' found; `pulumi stack ls`/ };
/** Told by commander, before anything is done. */
const ofCommander = (value: string, says: RegExp): Wrong => ({ value, says, isParsed: true });
const any = (why: string) => why;
const site = any("names what the router or the stack has; what it has not is said by it");

/** `measure` asks a router with --lift alone, and then as `verify` does. */
const withLiftAlone = Object.fromEntries(
    ["--url", "--connection", "--ca-certificate", "--fingerprint", "--timeout"].map((flag) => [
        `measure ${flag}`,
        any("the router is asked with --lift alone, as verify asks it"),
    ]),
);

/** By command and option, or by option alone. A text is why every value is a right one. */
export const wrongValues: Record<string, Wrong | string> = {
    "--stack": { ...noStack, alone: [] },
    "trace --stack": { ...noStack, alone: ["--to", "52.95.132.33:443"] },
    "remove --stack": { ...noStack, alone: ["--owner", "routeros-s3/office"] },
    "audit --stack": { ...noStack, alone: ["--folder", "."] },
    "restore --stack": { ...noStack, alone: ["--prefix", "photos/"] },
    "schedule --stack": noStack,
    "--url": { value: "nonsense", says: /^\w[\w-]*: --url holds "nonsense", which is no address such as/ },
    "trace --url": {
        value: "nonsense",
        says: /--url holds "nonsense", which is no address such as/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "sites init --url": { value: "nonsense", says: /holds "nonsense", which is no address such as https:/ },
    "--username": any("a router may have any"),
    "--connection": { value: "none", says: /routeros:connections has no "none"; it has none/ },
    "trace --connection": {
        value: "none",
        says: /routeros:connections has no "none"; it has none/,
        alone: ["--to", "1.2.3.4:443"],
    },
    ...withLiftAlone,
    "fingerprint --connection": any("is written into the line that is printed, and asked for nowhere"),
    "--ca-certificate": { value: "none.pem", says: /--ca-certificate is neither PEM nor a readable file/ },
    "trace --ca-certificate": {
        value: "none.pem",
        says: /--ca-certificate is neither PEM nor a readable file/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "--fingerprint": { value: "AB:CD", says: /--fingerprint is no SHA-256 fingerprint \(64 hex digits\)/ },
    "trace --fingerprint": {
        value: "AB:CD",
        says: /--fingerprint is no SHA-256 fingerprint \(64 hex digits\)/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "sites init --fingerprint": { value: "AB:CD", says: /is no SHA-256 fingerprint \(64 hex digits\)/ },
    "--timeout": { value: "soon", says: /--timeout holds "soon", which is no number of seconds/ },
    "trace --timeout": {
        value: "soon",
        says: /--timeout holds "soon", which is no number of seconds/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "fingerprint --timeout": ofCommander("soon", /1 to 3600 seconds/),
    "--bucket": {
        value: "My Photos",
        says: /--bucket "My Photos" is no bucket name that S3 accepts: it has upper-case/,
    },
    "--region": { value: "europe", says: /--region "europe" is no region of AWS; they are written as ap-southeast-2/ },
    "cost --region": ofCommander("europe", /Allowed choices are us-east-1/),
    "sites init --region": any("asked for with the router before it; the judge of configuration says it"),
    "ranges show --region": { value: "europe", says: /no prefixes of S3@europe; check aws:region; it has S3 in/ },
    "ranges diff --region": { value: "europe", says: /there is no lock file|no prefixes of S3@europe/ },
    "ranges update --region": { value: "europe", says: /no prefixes of S3@europe; check aws:region; it has S3 in/ },
    "--prefix": any("a key may begin with any text; the empty one is refused by restore, as tests/aws/restore has it"),
    "--storage-class": ofCommander("COLD", /Allowed choices are STANDARD/),
    "--seconds": ofCommander("1", /5 to 120 seconds/),
    "--connections": ofCommander("1000", /1 to 64 connections/),
    "--tcp": ofCommander("no host", /It is written as dynamodb\.eu-central-1/),
    "--udp": ofCommander("resolver", /It has to be the address of a resolver/),
    "router --port": ofCommander("many", /A port is a number from 0 to 65535/),
    "router --host": {
        value: "203.0.113.77",
        says: /--host 203\.0\.113\.77 is no address of this machine; 127\.0\.0\.1/,
    },
    "router --password": any("a router may have any"),
    "router --state": { value: "site.rsc", says: /the state file site\.rsc cannot be read/ },
    "router --version": { value: "6.49", says: /RouterOS 6\.49 is not known here, only 7\.20\.8/ },
    "router --latency": ofCommander("slow", /Allowed choices are none, hex, rb5009/),
    "router --rsc": { value: "none.rsc", says: /the export none\.rsc cannot be read: ENOENT/ },
    "router --behaviour": { value: "colour=red", says: /colour is no switch; there are reuseIds/ },
    "trace --to": { value: "somewhere", says: /--to and --from take an address, such as 52\.95\.132\.33:443/ },
    "trace --from": { value: "somewhere", says: /--to and --from take an address, such as 52\.95\.132\.33:443/ },
    "trace --protocol": { value: "tpc", says: /--protocol is none that RouterOS knows; tcp, udp, icmp/ },
    "trace --connection-mark": any("a connection may have any mark"),
    "trace --in-interface": { value: "none", says: /no interface of that name; see --in-interface/ },
    "trace --out-interface": { value: "none", says: /no interface of that name; see --in-interface/ },
    "trace --size": ofCommander("3", /20 to 65535 bytes/),
    "trace --src-mac": { value: "nobody", says: /--src-mac is no MAC address; it is written as/ },
    "trace --state": {
        value: "site.rsc",
        says: /the state file site\.rsc cannot be read/,
        alone: ["--to", "1.2.3.4:443"],
    },
    "trace --rsc": { value: "ip-ranges.json", says: /this is no export: ".*" stands in no menu/ },
    "remove --owner": { value: "office", says: /--owner must be <project>\/<stack>/ },
    "remove --queue-type": site,
    "release --list": site,
    "--source": {
        value: "ftp://a",
        says: /the ranges address ftp:\/\/a is not https; use an https address or the path/,
    },
    "ranges diff --source": { value: "ftp://a", says: /there is no lock file|is not https/ },
    "--lock": { value: "site.rsc", says: /site\.rsc/ },
    "ranges show --lock": { value: "none.json", says: /there is no lock file none\.json; run `npx routeros-s3 ranges/ },
    "ranges diff --lock": { value: "none.json", says: /there is no lock file none\.json; run `npx routeros-s3 ranges/ },
    "--service": { value: "NONE", says: /no prefixes of NONE|there is no lock file/ },
    "--cache": any("a folder that cannot be written is done without: nothing is kept"),
    "--max-shrink": { value: "much", says: /--max-shrink is much; it has to be a number from 0 to 100/ },
    "cost --size": { value: "1X", says: /--size is "1X"; it is written as 1TB, 630GB or 25MB/ },
    "cost --files": { value: "many", says: /--files is "many"; it has to be a whole number/ },
    "cost --class": ofCommander("COLD", /Allowed choices are STANDARD/),
    "cost --transition-days": { value: "x", says: /--transition-days is "x"; it has to be a whole number/ },
    "cost --part-size": { value: "0", says: /--part-size is "0"; it is written as 1TB/ },
    "cost --sidecars": { value: "x", says: /--sidecars is "x"; it has to be a whole number/ },
    "cost --sidecar-size": { value: "x", says: /--sidecar-size is "x"; it is written as 1TB/ },
    "--prices": {
        value: "site.rsc",
        says: /the price table site\.rsc cannot be read: .*; its form is that of cli\/data/,
    },
    "sites --only": { value: "none", says: /no site is called none; there are office/ },
    "sites --except": { value: "none", says: /no site is called none; there are office/ },
    "sites --shard": { value: "3/2", says: /--shard 3\/2 is none: it is written k\/n with k from 1 to n/ },
    "sites --parallel": ofCommander("0", /a whole number, 1 or more/),
    "sites --timeout": ofCommander("0", /a number of minutes, such as 60/),
    "sites --report": {
        value: "nowhere/page.md",
        says: /--report nowhere\/page\.md cannot be written: .*; give another/,
    },
    "sites --password-command": any("fails site by site, in the table: tests/unit/sites and tests/engine/sites"),
    "sites init --password-command": {
        value: "false",
        says: /the password command failed for shed: .*; run it by hand/,
    },
    "sites init --wan": any("asked of the router: tests/engine/sites"),
    "sites init --uplink": any("the judge of configuration says it, after the router was tried: tests/engine/sites"),
    "sites credentials --password-command": { value: "false", says: /the password command failed for office: .*; run/ },
    "sites rotate --new-password-command": any("fails site by site, in the table: tests/engine/sites"),
    "sites rotate --admin": any("a router may have any"),
    "verify --load": { value: "no host", says: /--load/ },
    "verify --page": { value: "nowhere/page.html", says: /--page|nowhere\/page\.html/ },
    "sites --canary": { value: "none", says: /--canary none is none of the chosen sites/ },
    "sites --batch": ofCommander("0", /a whole number, 1 or more/),
    "sites --max-failures": ofCommander("-1", /a whole number, 1 or more/),
    "sites --last": { value: "site.rsc", says: /site\.rsc is no record of checks; name another with --last/ },
    "sites check --last": any("read as sites list reads it, after every site was looked at"),
    "restore --key": any("what is not in the bucket is counted, and named"),
    "restore --list": { value: "none", says: /the list none cannot be read: ENOENT/, alone: inBucket() },
    "restore --all": {
        value: "photo",
        says: /--all is "photo", but the bucket is photos: type its name/,
        alone: inBucket(),
    },
    "restore --tier": ofCommander("fast", /Allowed choices are bulk, standard, expedited/),
    "restore --days": { value: "0", says: /--days is "0"; it has to be a whole number, 1 or more/ },
    "restore --to": { value: "site.rsc", says: /the folder site\.rsc cannot be made: .*; give --to another/ },
    "audit --folder": { value: "none", says: /--folder is "none", which is no folder/ },
    "schedule --folder": { value: "none", says: /--folder is "none", which is no folder here/ },
    "schedule --at": ofCommander("25:00", /a time such as 02:00/),
    "schedule --as": ofCommander("windows", /Allowed choices are systemd, cron, launchd/),
    "schedule --profile": any("the aws command has any"),
};

function inBucket(): string[] {
    return ["--bucket", "photos", "--region", "eu-central-1"];
}
