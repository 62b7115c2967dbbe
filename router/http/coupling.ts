import type { DataPlane } from "../api";
import type { Device } from "../device/device";

/** Speaks to the data plane, where one is coupled. */
export class Coupling {
    private plane: DataPlane | undefined;
    private changed = false;

    constructor(device: Device) {
        device.onChange(() => {
            this.changed = true;
            // A request tells it at once and waits; what is changed by hand is told as soon as nothing else is.
            if (this.plane) setImmediate(() => void this.applied());
        });
    }

    couple(plane: DataPlane): () => void {
        this.plane = plane;
        return () => {
            if (this.plane === plane) this.plane = undefined;
        };
    }

    async count(): Promise<void> {
        await this.plane?.count();
    }

    /** Returns when packets are treated as the configuration says. */
    async applied(): Promise<void> {
        if (!this.changed) return;
        this.changed = false;
        await this.plane?.apply();
    }
}
