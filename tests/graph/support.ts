import * as pulumi from "@pulumi/pulumi";

/** One resource as the program registered it. */
export interface Registration {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
    /** Name of the parent, undefined for the stack. */
    parent?: string;
    /** Names of what it depends on, in order. */
    dependsOn: string[];
    protect: boolean;
    retainOnDelete: boolean;
    deleteBeforeReplace: boolean;
}

/** Answers of provider functions by token, from their arguments. */
export type Functions = Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>;

export interface Graph {
    registrations: Registration[];
    /** The one of that type and name; fails when there is none. */
    find(type: string, name: string): Registration;
    /** Names of all of a type, in order of registration. */
    names(type: string): string[];
    outputs: Record<string, unknown>;
}

export const kinds = {
    addressList: "pulumi-nodejs:dynamic/routeros:AddressList",
    firewallRules: "pulumi-nodejs:dynamic/routeros:FirewallRules",
    queueTree: "pulumi-nodejs:dynamic/routeros:QueueTree",
    queueType: "pulumi-nodejs:dynamic/routeros:QueueType",
    bucket: "aws:s3/bucket:Bucket",
} as const;

/** The parts of the SDK's monitor that are watched; its own types do not name them. */
interface RegisterRequest {
    getParent(): string;
    getDependenciesList(): string[];
    getProtect(): boolean;
    getRetainondelete(): boolean;
    getDeletebeforereplace(): boolean;
    getType(): string;
    getName(): string;
}
type Callback = (error: Error | null, response?: unknown) => void;
interface Monitor {
    registerResource(request: RegisterRequest, callback: Callback): unknown;
}

/**
 * Runs a program against mocks and returns everything it registered. A provider function that is not in `functions`
 * fails the test.
 *
 * @param config keys with their namespace
 * @param secretKeys which of them are secrets
 */
export async function graphOf(
    program: () => Promise<Record<string, unknown> | void>,
    config: Record<string, string> = {},
    functions: Functions = {},
    secretKeys: string[] = [],
): Promise<Graph> {
    const registrations = await useMocks(config, functions, secretKeys);
    const outputs = await pulumi.runtime.runInPulumiStack(program);
    await pulumi.runtime.disconnect();
    return {
        registrations,
        outputs: outputs ?? {},
        names: (type) => registrations.filter((one) => one.type === type).map((one) => one.name),
        find: (type, name) => {
            const found = registrations.filter((one) => one.type === type && one.name === name);
            const [only] = found;
            if (found.length === 1 && only) return only;
            const names = registrations.map((one) => one.name).join(", ");
            throw new Error(`${found.length} of ${type} ${name}; there are ${names}`);
        },
    };
}

/** From here on the SDK registers with mocks; what it registers is added to the list that is returned. */
export async function useMocks(
    config: Record<string, string> = {},
    functions: Functions = {},
    secretKeys: string[] = [],
): Promise<Registration[]> {
    const registrations: Registration[] = [];
    const requests = new Map<string, RegisterRequest>();
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs, id }) => {
                const request = requests.get(`${type} ${name}`);
                if (!request) throw new Error(`${type} ${name} was read, not registered`);
                const properties = inputs as Record<string, unknown>;
                registrations.push({
                    type,
                    name,
                    inputs: properties,
                    parent: nameOf(request.getParent()),
                    dependsOn: request.getDependenciesList().flatMap((urn) => nameOf(urn) ?? []),
                    protect: request.getProtect(),
                    retainOnDelete: request.getRetainondelete(),
                    deleteBeforeReplace: request.getDeletebeforereplace(),
                });
                const state = { arn: `arn:mock:${name}`, name, bucket: name, ...properties };
                return { id: id === undefined || id === "" ? `${name}-id` : id, state };
            },
            call: ({ token, inputs }) => {
                const answer = functions[token];
                if (!answer) throw new Error(`the program called ${token}`);
                return answer(inputs as Record<string, unknown>);
            },
        },
        "routeros-s3",
        "home",
    );
    const monitor = (pulumi.runtime as unknown as { getMonitor(): Monitor }).getMonitor();
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) => {
        requests.set(`${request.getType()} ${request.getName()}`, request);
        return register(request, callback);
    };
    pulumi.runtime.setAllConfig(config, secretKeys);
    return registrations;
}

function nameOf(urn: string): string | undefined {
    if (urn === "" || urn.includes("pulumi:pulumi:Stack::")) return undefined;
    return urn.split("::").pop();
}
