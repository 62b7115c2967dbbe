import type { Device } from "./device";

/** What a menu keeps for each device beside its rows, such as the sessions that `/user/active` shows. */
export class PerDevice<T> {
    private readonly kept = new WeakMap<Device, T>();

    constructor(private readonly make: () => T) {}

    of(device: Device): T {
        let state = this.kept.get(device);
        if (state === undefined) this.kept.set(device, (state = this.make()));
        return state;
    }

    /** As at the start. */
    reset(device: Device): void {
        this.kept.delete(device);
    }

    set(device: Device, state: T): void {
        this.kept.set(device, state);
    }
}
