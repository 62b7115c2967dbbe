import type { Row } from "../api";
import { PerDevice } from "../device/per-device";
import type { MenuRules } from "./definition";

/** What HTTPS is served with; kept with the state. */
export const webCertificate = new PerDevice<{ key: string; certificate: string } | undefined>(() => undefined);

/** Open connections to the web server; the server says which. */
export const liveConnections = new PerDevice<() => Row[]>(() => () => []);

/** Live connections are listed beside the services, as dynamic rows (recorded). */
export const services: MenuRules = {
    path: "/ip/service",
    named: true,
    builtin: [
        { name: "telnet", port: "23", disabled: "true" },
        { name: "ftp", port: "21", disabled: "true" },
        { name: "www", port: "80", disabled: "false" },
        { name: "ssh", port: "22", disabled: "false" },
        { name: "www-ssl", port: "443", disabled: "false" },
        { name: "api", port: "8728", disabled: "false" },
        { name: "winbox", port: "8291", disabled: "false" },
        { name: "api-ssl", port: "8729", disabled: "false" },
    ],
    fields: {
        port: { kind: "integer", min: 1, max: 65535 },
        "max-sessions": { kind: "integer", min: 1, max: 1000 },
        certificate: { kind: "enum", elsewhere: true },
    },
    show: (shown) => ({
        address: "",
        "max-sessions": "20",
        ...shown,
        proto: "tcp",
        dynamic: "false",
        invalid: "false",
    }),
    passing: (device) => liveConnections.of(device)(),
};

/** The dumps have it from 7.21 on; what it shows is assumed(shown-hardware). */
export const webServer: MenuRules = {
    path: "/ip/service/webserver",
    since: "7.21",
    singleton: true,
    show: (shown) => ({ "rest-plain": "true", "rest-secure": "true", ...shown }),
};
