import { lossGuard } from "../../providers/routeros/runtime/engine/loss-guard";
import { addressList, type AddressListInputs } from "../../providers/routeros/runtime/kinds/address-list";

const listOf = (addresses: string[], syncToken: string, region = "ap-southeast-2") =>
    ({
        list: "S3",
        family: "ipv4",
        addresses: Object.fromEntries(addresses.map((address) => [address, true])),
        source: { region, services: [`S3@${region}`], syncToken },
    }) as unknown as AddressListInputs;
const applied = ["3.5.164.0/22", "52.95.128.0/21", "54.231.248.0/22", "54.231.252.0/24"];
const before = listOf(applied, "1763900000");
const reasonOf = (wanted: AddressListInputs, old: AddressListInputs | undefined = before, maxShrinkPercent = 40) =>
    lossGuard(addressList, wanted, old, { source: { maxShrinkPercent } })[0]?.reason;

it("lets a list grow, shrink a little, and be made", () => {
    expect(reasonOf(listOf([...applied, "16.12.74.0/24"], "1763942400"))).toBeUndefined();
    expect(reasonOf(listOf(applied.slice(0, 3), "1763942400"))).toBeUndefined();
    expect(reasonOf(listOf(applied, "1763942400"), undefined)).toBeUndefined();
});

it.each([
    ["lost too much", listOf(applied.slice(0, 2), "1763942400"), "lost 50 % of the applied rows (4 before, 2 now)"],
    ["lost too much under the same token", listOf(applied.slice(0, 1), "1763900000"), "lost 76 %"],
    [
        "lost its widest prefix",
        listOf(["3.5.164.0/22", "54.231.248.0/22", "54.231.252.0/24"], "1763942400"),
        "lost 47 %",
    ],
    ["is empty", listOf([], "1763942400"), "has no rows"],
    ["is older and differs", listOf(applied.slice(0, 3), "1763800000"), "older than 1763900000"],
])("refuses a list that %s, and leaves the one on the router", (_name, wanted, text) => {
    expect(reasonOf(wanted)).toContain(text);
    expect(reasonOf(wanted)).toContain("the rows on the router stay as they are");
});

it("refuses an empty list from the first day", () => {
    expect(reasonOf(listOf([], "1763942400"), undefined)).toContain("has no rows");
});

it("lets the region change, and a loss that is allowed", () => {
    expect(reasonOf(listOf(["52.218.0.0/17"], "1763942400", "eu-west-1"))).toBeUndefined();
    expect(reasonOf(listOf(applied.slice(0, 1), "1763942400"), before, 90)).toBeUndefined();
});

it("counts a prefix as kept that is now part of a wider one", () => {
    const split = listOf(["3.5.164.0/23", "3.5.166.0/23", "52.95.128.0/21"], "1763900000");
    expect(reasonOf(listOf(["3.5.164.0/22", "52.95.128.0/21"], "1763942400"), split, 0)).toBeUndefined();
});

it("keeps the old token while nothing but the token is new", () => {
    const wanted = listOf([...applied], "1763942400");
    expect(reasonOf(wanted)).toBeUndefined();
    expect(wanted.source?.syncToken).toBe("1763900000");
});

it("asks nothing of a list that is from no feed", () => {
    expect(reasonOf({ ...listOf([], ""), source: undefined })).toBeUndefined();
});
