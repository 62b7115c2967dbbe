// What the provider notes for the case of its being killed stays out of the home of who runs the tests.
process.env.XDG_STATE_HOME = require("node:path").join(__dirname, ".sandbox/state-of-tests");

/** @type {import("jest").Config} */
module.exports = {
    testEnvironment: "node",
    // A play is a test that takes minutes: `npm test` leaves plays out, `npm run test:plays` runs them alone.
    testMatch: ["<rootDir>/tests/**/*.{test,play}.ts"],
    modulePathIgnorePatterns: ["<rootDir>/bin", "<rootDir>/.sandbox"],
    transform: {
        "^.+\\.ts$": [
            "@swc/jest",
            { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
        ],
        // Packages that are published as ECMAScript modules only.
        "/node_modules/.+\\.m?js$": ["@swc/jest", { jsc: { target: "es2022" }, module: { type: "commonjs" } }],
    },
    transformIgnorePatterns: [
        "/node_modules/(?!(cidr-tools|ip-bigint|ip-regex|is-ip|is-cidr|cidr-regex|valibot|commander)/)",
    ],
    maxWorkers: 2,
    // Machines that build and test at once are slow; a test that hangs still ends.
    testTimeout: 60_000,
};
