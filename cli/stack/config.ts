import { askPulumi } from "./pulumi";

interface Entry {
    value?: string;
    secret?: boolean;
}

/**
 * A stack's configuration as `pulumi` has it, objects as JSON text.
 *
 * @param stack its name; undefined for the one that is selected in this folder
 * @param secrets decrypt them too; otherwise they are left out
 */
export async function stackConfig(
    stack: string | undefined,
    { secrets = false }: { secrets?: boolean } = {},
): Promise<Record<string, string>> {
    const args = ["config", "--json", "--non-interactive", ...(secrets ? ["--show-secrets"] : [])];
    const text = await askPulumi(args, stack, "configuration");
    const entries = Object.entries(JSON.parse(text) as Record<string, Entry>);
    return Object.fromEntries(
        entries.flatMap(([key, { value, secret }]) =>
            value === undefined || (secret && !secrets) ? [] : [[key, value]],
        ),
    );
}

/** A stack's outputs as `pulumi` has them, secrets masked; `stack` as for {@link stackConfig}. */
export async function stackOutputs(stack: string | undefined): Promise<Record<string, unknown>> {
    const text = await askPulumi(["stack", "output", "--json", "--non-interactive"], stack, "outputs");
    return JSON.parse(text) as Record<string, unknown>;
}
