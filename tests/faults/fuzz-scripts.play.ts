import { fuzzScripts } from "../../testing/fuzz/part";

fuzzScripts();
