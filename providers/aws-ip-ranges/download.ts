import axios from "axios";

/** The text at an https address. Certificates are verified. */
export async function download(url: string): Promise<string> {
    const response = await axios.get<string>(url, { responseType: "text", transformResponse: [], timeout: 20_000 });
    return response.data;
}
