import type { Row } from "../api";
import { PerDevice } from "../device/per-device";
import type { MenuRules } from "./definition";

/** Open connections to the web server; the server says which. */
export const liveConnections = new PerDevice<() => Row[]>(() => () => []);

/** Live connections are listed beside the services, as dynamic rows (recorded). */
export const services: MenuRules = {
    path: "/ip/service",
    named: true,
    fields: {
        port: { kind: "integer", min: 1, max: 65535 },
        "max-sessions": { kind: "integer", min: 1, max: 1000 },
        certificate: { kind: "enum" },
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

/** The dumps have it from 7.21 on; what it shows is assumed(menus-by-hand). */
export const webServer: MenuRules = {
    path: "/ip/service/webserver",
    since: "7.21",
    singleton: true,
    byHand: { commands: ["get", "print", "export", "set"], set: ["rest-plain", "rest-secure"] },
    fields: { "rest-plain": { kind: "boolean" }, "rest-secure": { kind: "boolean" } },
    show: (shown) => ({ "rest-plain": "true", "rest-secure": "true", ...shown }),
};
