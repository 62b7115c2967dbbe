import { tcInPlace } from "../../lab/translate/in-place";

const root = "qdisc add dev wan root handle 1: htb";
const parent = "class add dev wan parent 1: classid 1:1 htb rate 19M";
const leaf = (number: number, rate: string, queue = "fq_codel limit 1000"): string[] => [
    `class add dev wan parent 1:1 classid 1:${number} htb rate ${rate}`,
    `qdisc add dev wan parent 1:${number} handle 10${number}: ${queue}`,
];
const tree = (...lines: string[][]): string => [root, parent, ...lines.flat()].join("\n");

it("changes nothing where nothing changed", () => {
    expect(tcInPlace(tree(leaf(2, "18M")), tree(leaf(2, "18M")))).toEqual([]);
});

it("changes a class and a leaf's numbers where they stand", () => {
    expect(tcInPlace(tree(leaf(2, "18M")), tree(leaf(2, "9M", "fq_codel limit 50")))).toEqual([
        "class change dev wan parent 1:1 classid 1:2 htb rate 9M",
        "qdisc change dev wan parent 1:2 handle 102: fq_codel limit 50",
    ]);
});

it("puts another kind of queue under a class that stays", () => {
    expect(tcInPlace(tree(leaf(2, "18M")), tree(leaf(2, "18M", "pfifo limit 9")))).toEqual([
        "qdisc del dev wan parent 1:2",
        "qdisc add dev wan parent 1:2 handle 102: pfifo limit 9",
    ]);
});

it("adds a class before it takes one away", () => {
    expect(tcInPlace(tree(leaf(2, "18M")), tree(leaf(3, "1M")))).toEqual([
        ...leaf(3, "1M"),
        "class del dev wan classid 1:2",
    ]);
});

it("makes a tree anew where its root is another, and takes one away as a whole", () => {
    const other = [`${root} default 2`, parent].join("\n");
    expect(tcInPlace(tree(), other)).toEqual(["qdisc del dev wan root", `${root} default 2`, parent]);
    expect(tcInPlace(tree(leaf(2, "18M")), "")).toEqual(["qdisc del dev wan root"]);
    expect(tcInPlace("", tree())).toEqual([root, parent]);
});
