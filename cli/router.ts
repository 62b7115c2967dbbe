import { Command } from "commander";

/** `routeros-s3 router`: the embedded router alone. */
export function routerCommand(): Command {
    return new Command("router");
}
