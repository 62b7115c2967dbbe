"use strict";
// Who may import whom. CONTRIBUTING.md says why.

/** The embedded router's folders along the way of a request, from the bottom up: each sees what stands before it. */
const routerFloors = ["device", "menus", "packets", "commands", "language", "http", "start"];

module.exports = {
    forbidden: [
        ...routerFloors.slice(0, -1).map((floor, index) => ({
            name: `router-${floor}-sees-only-below`,
            severity: "error",
            from: { path: `^router/${floor}/` },
            to: { path: `^router/(index\\.ts$|(${routerFloors.slice(index + 1).join("|")})/)` },
        })),
        {
            name: "router-types-at-the-bottom",
            severity: "error",
            from: { path: "^router/(api|errors)\\.ts$" },
            to: {},
        },
        {
            name: "product-without-workshop",
            comment: "What only developers have is not shipped.",
            severity: "error",
            from: { path: "^(index\\.ts$|(components|providers|router|cli|line)/)" },
            to: { path: "^(sandbox|testing|tests|bench|tools)/" },
        },
        {
            name: "emulator-stands-alone",
            comment: "An emulator that shares a table with the provider agrees with its mistakes.",
            severity: "error",
            from: { path: "^router/" },
            to: { path: "^(providers|components|cli|lab|sandbox|testing)/" },
        },
        {
            name: "runtime-without-pulumi",
            comment: "Commands, benchmarks and tests use the runtime without Pulumi.",
            severity: "error",
            from: { path: "^providers/routeros/runtime/" },
            to: { path: "node_modules/@pulumi/", dependencyTypesNot: ["type-only"] },
        },
        {
            name: "components-see-resources-only",
            comment: "Components know resource classes and pure files, never how a router is spoken to.",
            severity: "error",
            from: { path: "^(components/|index\\.ts$)" },
            to: {
                path: "^(providers/routeros/runtime|router|sandbox|testing|cli|lab)/",
                dependencyTypesNot: ["type-only"],
                pathNot: "^providers/routeros/runtime/(rows/|path/|by-marker/script\\.ts$)",
            },
        },
        {
            name: "pure-files-do-no-io",
            severity: "error",
            from: {
                path: "^(components/(shaping|site|archive)/|providers/aws-ip-ranges/select|providers/routeros/runtime/(rows|path)/|line/findings/|lab/translate)",
            },
            to: { path: "^(node:)?(fs|http|https|net|child_process|dns)(/|$)|^node_modules/axios" },
        },
        {
            name: "no-circles",
            comment: "Types included: what two files need of each other belongs below both.",
            severity: "error",
            from: {},
            to: { circular: true },
        },
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        exclude: { path: "^(bin|\\.sandbox)/" },
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
    },
};
