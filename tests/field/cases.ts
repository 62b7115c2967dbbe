/** Every configuration that is tried. */
import { fieldCases } from "./files";
import { hostCases } from "./hosts";
import { shaperCases } from "./shapers";
import { usualCases } from "./usual";
import { wanCases } from "./wan";
import { wayCases } from "./ways";

export const allCases = [...fieldCases, ...wayCases, ...hostCases, ...shaperCases, ...wanCases, ...usualCases];
