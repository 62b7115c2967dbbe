"""Does with rosrestpy what its own code offers for the menus of the embedded router; prints what came of it as JSON."""

import json
import sys

from attr import asdict, has

from ros import Ros
from ros.inteface import InterfaceList, InterfaceListMember
from ros.inteface.vlan import Vlan
from ros.ip import Address, Route
from ros.ip.firewall import IPFirewallFilter, IPFirewallMangle
from ros.ip.firewall.address_list import IPAddressList
from ros.queue import QueueTree, QueueType, SimpleQueue
from ros.system import Script
from ros.user.group import UserGroup

ros = Ros(*sys.argv[1:4])
results = {}


def attempt(name, work):
    try:
        results[name] = {"value": plain(work())}
    except Exception as error:  # every failure is a result
        results[name] = {"error": f"{type(error).__name__}: {error}"}


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return asdict(value) if has(type(value)) else value


def add_and_set(name, menu, wanted, change):
    """Adds a row, changes it, and reads it back from the list."""

    def work():
        made = menu.add(wanted)
        menu.set(made, change)
        return [row for row in menu() if row.id == made.id]

    attempt(f"add and set {name}", work)


firewall, queue = ros.ip.firewall, ros.queue
lists = {
    "interface": ros.interface.print,
    "interface/bridge": ros.interface.bridge,
    "interface/ethernet": ros.interface.ethernet,
    "interface/list": ros.interface.list,
    "interface/list/member": ros.interface.list.member,
    "interface/vlan": ros.interface.vlan,
    "ip/address": ros.ip.address,
    "ip/firewall/address-list": firewall.address_list,
    "ip/firewall/connection": firewall.connection,
    "ip/firewall/filter": firewall.filter,
    "ip/firewall/mangle": firewall.mangle,
    "ip/route": ros.ip.route,
    "ip/service": ros.ip.service,
    "log": ros.log,
    "queue/simple": queue.simple,
    "queue/tree": queue.tree,
    "queue/type": queue.type,
    "system/health": ros.system.health,
    "system/script": ros.system.script,
    "user": ros.user.user,
    "user/active": ros.user.active,
    "user/group": ros.user.group,
}
for path, menu in lists.items():
    attempt(f"list {path}", menu)
for path in ["identity", "license", "resource", "routerboard"]:
    attempt(f"get system/{path}", lambda: getattr(ros.system, path))

add_and_set(
    "ip/firewall/address-list",
    firewall.address_list,
    IPAddressList(list="peer", address="192.0.2.1/32", comment="made"),
    {"comment": "changed"},
)
add_and_set(
    "ip/firewall/filter",
    firewall.filter,
    IPFirewallFilter(chain="peer", action="drop", protocol="tcp", dst_port="25"),
    {"comment": "changed"},
)
add_and_set(
    "ip/firewall/mangle",
    firewall.mangle,
    IPFirewallMangle(chain="peer", action="mark-packet", new_packet_mark="peer", passthrough=False),
    {"new-packet-mark": "other"},
)
add_and_set(
    "queue/tree",
    queue.tree,
    QueueTree(name="peer", parent="global", packet_mark="peer", queue="default-small", max_limit="10M"),
    {"max-limit": "12M"},
)
add_and_set(
    "queue/simple", queue.simple, SimpleQueue(name="peer", target="192.0.2.1", max_limit="1M/1M"), {"max-limit": "2M/2M"}
)
add_and_set(
    "interface/list",
    ros.interface.list,
    InterfaceList(name="PEER", exclude="", include="", builtin=None, dynamic=None),
    {"comment": "changed"},
)
add_and_set(
    "interface/list/member",
    ros.interface.list.member,
    InterfaceListMember(interface="ether2", list="PEER", disabled=None, dynamic=None),
    {"comment": "changed"},
)
add_and_set("interface/vlan", ros.interface.vlan, Vlan(name="peer", vlan_id=5, interface="ether2"), {"comment": "changed"})
add_and_set("ip/address", ros.ip.address, Address(address="192.0.2.5/24", interface="ether2"), {"comment": "changed"})
route = Route(dst_address="198.51.100.0/24", gateway="192.0.2.9", routing_table="main", suppress_hw_offload=None)
add_and_set("ip/route", ros.ip.route, route, {"comment": "changed"})
script = Script(name="peer", source=":put hello", dont_require_permissions=False, policy="read")
add_and_set("system/script", ros.system.script, script, {"comment": "changed"})
add_and_set("user/group", ros.user.group, UserGroup(policy="read,api,rest-api", name="peer", skin=None), {"policy": "write"})
attempt("add queue/type", lambda: queue.type.add(QueueType(name="peer", kind="pfifo", pfifo_limit=20)))

attempt("filter", lambda: firewall.address_list(list="peer", comment="changed"))
attempt("disable", lambda: queue.tree.disable(queue.tree(name="peer")[0]))
attempt("enable", lambda: queue.tree.enable(queue.tree(name="peer")[0]))
attempt("reset-counters", lambda: queue.tree.reset_counters(queue.tree(name="peer")[0]))
attempt("reset-counters-all", lambda: queue.tree.reset_counters_all())
attempt("run", lambda: ros.system.script.run(ros.system.script(name="peer")[0]))
attempt("add again", lambda: firewall.address_list.add(IPAddressList(list="peer", address="192.0.2.1")))


def move():
    last = queue.simple.add(SimpleQueue(name="peer-2", target="192.0.2.2"))
    queue.simple.move(last, queue.simple(name="peer")[0].id)
    return [row.name for row in queue.simple()]


attempt("move", move)
print(json.dumps(results, default=str))
