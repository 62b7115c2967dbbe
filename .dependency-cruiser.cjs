"use strict";
// Who may import whom. CONTRIBUTING.md says why.
module.exports = {
    forbidden: [
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
                pathNot: "^providers/routeros/runtime/(rows/|by-marker/script\\.ts$)",
            },
        },
        {
            name: "pure-files-do-no-io",
            severity: "error",
            from: {
                path: "^(components/(shaping|site|archive)/|providers/aws-ip-ranges/select|providers/routeros/runtime/rows/|lab/translate)",
            },
            to: { path: "^(node:)?(fs|http|https|net|child_process|dns)(/|$)|^node_modules/axios" },
        },
        {
            name: "no-circles",
            severity: "error",
            from: {},
            to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
        },
    ],
    options: {
        doNotFollow: { path: "node_modules" },
        exclude: { path: "^(bin|\\.sandbox)/" },
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
    },
};
