import { checks } from "./checks";
import { Skip } from "./harness/check";
import { factsById } from "./harness/facts";
import { runCheck } from "./harness/runner";
import { embedded, versions } from "./harness/targets";

test("no assertion claims a better mark than its fact has; inferring from a fact is always possible", () => {
    const odd = checks.filter(({ fact, mark }) => {
        const known = factsById.get(fact);
        return !known || (mark !== "I" && known.marks !== "" && !known.marks.includes(mark));
    });
    expect(odd.map(({ fact, mark, behaviour }) => `${fact} ${mark} ${behaviour}`)).toEqual([]);
});

test("no two assertions say the same", () => {
    const said = checks.map(({ fact, mark, behaviour }) => `${fact} ${mark} ${behaviour}`);
    expect(said).toEqual([...new Set(said)]);
});

describe.each(versions)("the embedded router as RouterOS %s", (version) => {
    let router: Awaited<ReturnType<typeof embedded>>;
    beforeAll(async () => {
        router = await embedded(version);
    });
    afterAll(() => router.stop());

    test.each(checks.map((check) => [check.fact, check.mark, check.behaviour, check] as const))(
        "%s [%s] %s",
        async (_fact, _mark, _behaviour, check) => {
            const { outcome, reason, left } = await runCheck(check, router.target);
            expect(left).toEqual([]);
            if (outcome === "failed") throw new Error(reason);
            if (outcome === "skipped") expect(new Skip(reason).message).toMatch(/^needs RouterOS/);
        },
    );
});
