import type { handleUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { Metadata, status } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { AwsClients, refusal } from "./clients";
import type { Difference } from "./compare";
import type { State, Urn } from "./provider";
import { AwsProvider, Unfinished } from "./provider";
import type { Values } from "./schema";

/** Configuration that a stack may hold for the AWS provider here; endpoint and credentials come by environment. */
const knownConfig = new Set(["region", "version", "pluginDownloadURL"]);

/**
 * Pulumi's provider protocol before `AwsProvider`. The protocol's own server in `@pulumi/pulumi/provider` does not
 * pass on the provider's configuration, old inputs, or which properties differ.
 */
export function service(version: string, environment: NodeJS.ProcessEnv): UntypedServiceImplementation {
    let clients: AwsClients | undefined;
    const provider = () => {
        if (!clients) throw new Error("the AWS provider is not configured");
        return new AwsProvider(clients);
    };
    return {
        getPluginInfo: unary(() => {
            const answer = new PluginInfo();
            answer.setVersion(version);
            return answer;
        }),
        getSchema: unary(() => {
            const answer = new messages.GetSchemaResponse();
            answer.setSchema("{}");
            return answer;
        }),
        cancel: unary(() => new Empty()),
        configure: unary((request: messages.ConfigureRequest) => {
            const config = values(request.getArgs());
            const unknown = Object.keys(config).find((name) => !knownConfig.has(name));
            if (unknown) throw new Error(`the sandbox's AWS plugin does not know aws:${unknown} (it knows aws:region)`);
            const region =
                (config["region"] as string | undefined) ??
                environment["AWS_REGION"] ??
                environment["AWS_DEFAULT_REGION"];
            const reason = refusal(environment, region);
            if (reason) throw new Error(reason);
            clients = new AwsClients(region!, environment);
            const answer = new messages.ConfigureResponse();
            answer.setSupportspreview(true);
            return answer;
        }),
        check: unary((request: messages.CheckRequest) => {
            const { inputs, failures } = provider().check(
                urn(request),
                values(request.getOlds()),
                values(request.getNews()),
                request.getRandomseed_asU8(),
            );
            const answer = new messages.CheckResponse();
            answer.setInputs(struct(inputs));
            answer.setFailuresList(
                failures.map(({ property, reason }) => {
                    const failure = new messages.CheckFailure();
                    failure.setProperty(property);
                    failure.setReason(reason);
                    return failure;
                }),
            );
            return answer;
        }),
        diff: unary((request: messages.DiffRequest) => {
            const [olds, news] = [values(request.getOlds()), values(request.getNews())];
            const found = provider().diff(urn(request), olds, news, request.getIgnorechangesList());
            return diffAnswer(found.differences, found.deleteBeforeReplace);
        }),
        create: unary(async (request: messages.CreateRequest) => {
            const inputs = values(request.getProperties());
            const state = await provider().create(urn(request), inputs, request.getPreview());
            const answer = new messages.CreateResponse();
            answer.setId(state.id);
            answer.setProperties(struct(state.properties));
            return answer;
        }),
        read: unary(async (request: messages.ReadRequest) => {
            const known = { ...values(request.getProperties()), ...values(request.getInputs()) };
            const state = await provider().read(urn(request), request.getId(), known);
            return readAnswer(state);
        }),
        update: unary(async (request: messages.UpdateRequest) => {
            const [olds, news] = [values(request.getOlds()), values(request.getNews())];
            const how = { preview: request.getPreview(), ignored: request.getIgnorechangesList() };
            const state = await provider().update(urn(request), request.getId(), olds, news, how);
            const answer = new messages.UpdateResponse();
            answer.setProperties(struct(state.properties));
            return answer;
        }),
        delete: unary(async (request: messages.DeleteRequest) => {
            await provider().delete(urn(request), request.getId(), values(request.getProperties()));
            return new Empty();
        }),
        invoke: unary(async (request: messages.InvokeRequest) => {
            const result = await provider().invoke(request.getTok(), values(request.getArgs()));
            const answer = new messages.InvokeResponse();
            answer.setReturn(struct(result));
            return answer;
        }),
    };
}

function diffAnswer(found: Difference[], deleteBeforeReplace: boolean): messages.DiffResponse {
    const answer = new messages.DiffResponse();
    const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
    answer.setChanges(found.length > 0 ? DIFF_SOME : DIFF_NONE);
    const top = (path: string) => path.split(/[.[]/)[0]!;
    const replaces = found.filter((one) => one.replaces).map(({ path }) => top(path));
    answer.setReplacesList(replaces);
    answer.setDeletebeforereplace(replaces.length > 0 && deleteBeforeReplace);
    answer.setDiffsList([...new Set(found.map(({ path }) => top(path)))]);
    answer.setHasdetaileddiff(true);
    const { Kind } = messages.PropertyDiff;
    const kinds = {
        add: [Kind.ADD, Kind.ADD_REPLACE],
        delete: [Kind.DELETE, Kind.DELETE_REPLACE],
        update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
    } as const;
    for (const { path, kind, replaces: replacing } of found) {
        const one = new messages.PropertyDiff();
        one.setKind(kinds[kind][replacing ? 1 : 0]);
        answer.getDetaileddiffMap().set(path, one);
    }
    return answer;
}

function readAnswer(state: State | undefined): messages.ReadResponse {
    const answer = new messages.ReadResponse(); // without an id it says: gone
    if (!state) return answer;
    answer.setId(state.id);
    answer.setProperties(struct(state.properties));
    answer.setInputs(struct(state.inputs));
    return answer;
}

/** `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>` */
function urn(request: { getUrn(): string }): Urn {
    const [, , types = "", ...name] = request.getUrn().split("::");
    return { type: types.split("$").at(-1)!, name: name.join("::") };
}

function values(given: Struct | undefined): Values {
    return given?.toJavaScript() ?? {};
}

function struct(given: Values): Struct {
    return Struct.fromJavaScript(JSON.parse(JSON.stringify(given)) as Values);
}

function unary<Request, Answer>(
    answer: (request: Request) => Answer | Promise<Answer>,
): handleUnaryCall<Request, Answer> {
    return (call, callback) => {
        Promise.resolve()
            .then(() => answer(call.request))
            .then((result) => callback(null, result))
            .catch((error: unknown) => fail(error as Error, callback));
    };
}

function fail<Answer>(error: Error, callback: sendUnaryData<Answer>): void {
    const metadata = new Metadata();
    if (error instanceof Unfinished) {
        const detail = new messages.ErrorResourceInitFailed();
        detail.setId(error.id);
        detail.setProperties(struct(error.properties));
        detail.setInputs(struct(error.properties));
        detail.setReasonsList([error.message]);
        const details = new Any();
        details.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
        const whole = new Status();
        whole.setCode(status.UNKNOWN);
        whole.setMessage(error.message);
        whole.addDetails(details);
        metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
    }
    callback({ code: status.UNKNOWN, details: error.message, metadata });
}
