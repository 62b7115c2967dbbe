/** The kinds of the provider, and one that only tests have. */
export * from "../../../providers/routeros/runtime/kinds/registry";
export { interfaceListMembers as InterfaceListMembers } from "./interface-list-members";
