/** Something only the person at the machine can put right: printed as it is, without a stack. */
export class Problem extends Error {}

/** What to type to get a program, for the package managers a person is likely to have. */
export function howToGet(name) {
    const ways = {
        go: "install Go 1.25 or newer: https://go.dev/dl, `brew install go`, or Debian's `golang-go` where it is new enough",
        python3: "install Python 3.9 or newer: `apt-get install python3 python3-venv`, or `brew install python`",
        "python3-venv": "Debian and Ubuntu have it in a package of its own: `apt-get install python3-venv`",
        npm: "it comes with Node: https://nodejs.org, `brew install node`, or `apt-get install npm`",
    };
    return ways[name];
}
