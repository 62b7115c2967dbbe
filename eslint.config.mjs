import importSort from "eslint-plugin-simple-import-sort";
import tseslint from "typescript-eslint";

export default tseslint.config(
    {
        // What no project of TypeScript's holds: plain scripts, the page, and the program of an earlier version's stack.
        ignores: [
            "bin/",
            "node_modules/",
            ".sandbox/",
            "**/*.cjs",
            "**/*.mjs",
            "jest.config.js",
            "router/http/page/",
            "tests/engine/earlier-state/",
        ],
    },
    ...tseslint.configs.recommendedTypeChecked,
    {
        languageOptions: { parserOptions: { projectService: true } },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        plugins: { "simple-import-sort": importSort },
        rules: {
            "@typescript-eslint/consistent-type-imports": "error",
            "@typescript-eslint/no-floating-promises": "error",
            "simple-import-sort/imports": ["error", { groups: [["^\\u0000"], ["^node:"], ["^@?\\w"], ["^\\."]] }],
        },
    },
);
