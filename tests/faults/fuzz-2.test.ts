import { fuzzPart } from "../support/fuzz/part";

fuzzPart(2);
