import "./providers/node-version";

import { ShapedBackup } from "./components/shaped-backup";
import { readStack } from "./components/site/stack";

/** The program: a site's configuration in, one component, and what a person wants to know about it out. */
export = async () => {
    const { ranges, args } = await readStack();
    const { archive, uploader, restorer, shaping, uploadCommands } = new ShapedBackup("site", args);
    return {
        bucket: archive.bucketName,
        bucketArn: archive.bucketArn,
        region: archive.region,
        uploader: uploader?.identityName ?? "none",
        uploaderCredentials: uploader?.credentialSteps.apply((steps) => steps.split("\n")) ?? [],
        restorer: restorer?.identityName ?? "none",
        restorerCredentials: restorer?.credentialSteps.apply((steps) => steps.split("\n")) ?? [],
        uploadFile: uploadCommands.copy,
        uploadFolder: uploadCommands.sync,
        queues: shaping.queues,
        prefixes: shaping.prefixCounts,
        withoutFastTrack: shaping.withoutFastTrack,
        removalScript: shaping.removalScript,
        prefixesFrom: { source: ranges.source, published: ranges.createDate, syncToken: ranges.syncToken },
    };
};
