/** Every configuration that is tried. */
import { fieldCases } from "./files";
import { shaperCases } from "./shapers";
import { wanCases } from "./wan";
import { wayCases } from "./ways";

export const allCases = [...fieldCases, ...wayCases, ...shaperCases, ...wanCases];
