import pulumi from "@pulumi/eslint-plugin";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const tests = ["**/*.test.ts", "**/verify.ts", "**/*.verify.ts", "components/*/*-client.ts", "tests/**"];

const readElsewhere = "config/environment.ts reads the environment, and nothing else does.";

export default defineConfig(
    globalIgnores(["node_modules/", "docs/"]),
    {
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            curly: "error",
            eqeqeq: "error",
            "no-fallthrough": "error",
            "no-restricted-properties": ["error", { object: "process", property: "env", message: readElsewhere }],
            "no-restricted-imports": [
                "error",
                ...["process", "node:process"].map((name) => ({ name, importNames: ["env"], message: readElsewhere })),
            ],
        },
    },
    {
        files: ["**/*.mjs"],
        extends: [tseslint.configs.strict],
    },
    {
        files: ["**/*.{ts,mts}"],
        extends: [tseslint.configs.strictTypeChecked],
        plugins: { "@pulumi": pulumi },
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@pulumi/no-output-in-template-literal": "error",
            "@pulumi/no-output-instance-in-template-literal": "error",
            "@typescript-eslint/no-floating-promises": "error",

            // A number reads in a text as it is. This rule also finds the OutputInstances, and the Outputs that may be
            // undefined, that the plugin's two miss.
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            // `list.forEach((x) => console.log(x))` confuses nobody.
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
            // The Kubernetes SDKs give every field of an object as present, and the API leaves out what is empty.
            "@typescript-eslint/no-unnecessary-condition": "off",
            // The Kubernetes client declares its objects as classes and takes plain objects.
            "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
        },
    },
    {
        files: ["config/environment.ts", ...tests],
        rules: { "no-restricted-properties": "off", "no-restricted-imports": "off" },
    },
    {
        files: tests,
        // chai: `expect(x).to.be.true` is a whole statement.
        rules: { "@typescript-eslint/no-unused-expressions": "off" },
    },
);
