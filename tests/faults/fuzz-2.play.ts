import { fuzzPart } from "../../testing/fuzz/part";

fuzzPart(2);
