/**
 * Statements that no assertion rests on, and why; and those whose assertion falls short of what was recorded. The table
 * in `docs/router.md` shows these reasons, and a test fails where a statement has neither an assertion nor a reason.
 */
export const reasons: Readonly<Record<string, string>> = {
    "2.4": "recorded for bridge ports; tried on members of interface lists, which have no names either",
    "4.10": "recorded for the wifi registration table, which the embedded router does not have",
    "4.11": "recorded for device-mode, which the embedded router does not have",
    "5.13": "a defect of some builds; a suite cannot ask for it, and the embedded router always sends valid JSON",
    "5.14": "seen in menus that the embedded router does not have; clients must pass over keys they do not know",
    "9.17": "recorded for other menus; tried on a queue's priority, where the text is inferred",
    "9.18": "the texts are a client's vocabulary; which argument gives which is inferred",
    "9.29": "the menu of files is not served",
    "9.30": "older than every version that is served",
    "10.10": "that rules fill a list needs packets; the embedded router counts them and fills no list",
    "10.12": "says that nothing is known; nothing relies on an order",
    "13.17": "the embedded router takes packets through the tree alone, not through simple queues first",
    "13.18": "about speed, which is not modelled",
    "14.1": "recorded for address pools; tried on interface lists",
    "15.6": "there is one routing table",
    "15.14": "hardware that is not modelled",
    "15.15": "bridged traffic is not modelled",
};
