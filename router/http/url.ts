export function splitUrl(url: string): [string, string] {
    const mark = url.indexOf("?");
    return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

export function queryPairs(query: string): [string, string][] {
    return [...new URLSearchParams(query)];
}

/** For the log: no password in it. */
export function masked(body: unknown): unknown {
    if (typeof body !== "object" || body === null || Array.isArray(body) || !("password" in body)) return body;
    return { ...body, password: "***" };
}
