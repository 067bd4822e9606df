"""Chinese for portals."""

from __future__ import annotations

PORTAL_CHINESE: dict[str, str] = {
    "PORTAL_TAGS": "{count} 个标签,没有托盘号",
    "PORTAL_SOMETHING": "有物通过",
    "PORTAL_EMPTY": "没有带标签的货物通过。",
    "PORTAL_NOTHING": "{what} 方向 {direction}:此处不登记。",
    "PORTAL_ELSEWHERE": "{what} 的信号太弱,不可能从这里通过:未记账。",
    "PORTAL_BACK": "{what} 原路离开:未登记。",
    "PORTAL_AGAIN": "{what} 刚刚通过:只登记一次。",
    "PORTAL_CANCELLED": "{what} 又返回:刚才的登记已撤销。",
    "PORTAL_LEFT_AGAIN": "{what} 又返回:没有登记,无需处理。",
    "PORTAL_SHIPPED": "托盘 {sscc} 已发货。",
    "PORTAL_INCOMPLETE": "{what}:读取不完整({why})。请手工扫描,或再通过一次。",
    "PORTAL_DIRECTION": "{what}:方向不明({why})。请手工扫描。",
    "PORTAL_SEVERAL": "同时有多个托盘({ssccs})。请逐个手工扫描,或逐个通过。",
    "PORTAL_NOT_ANNOUNCED": "{count} 个标签不在任何发货通知中。请手工扫描货物。",
    "PORTAL_AMBIGUOUS": "标签符合多个托盘({ssccs})。请扫描托盘号。",
    "PORTAL_FOREIGN": "{count} 个标签不属于托盘 {sscc},例如 {example}。请取下,或手工扫描。",
    "PORTAL_RATE": "托盘 {sscc} 只读到 {rate} %,需要 {needed} %。请再通过一次,或清点。",
    "PORTAL_ASKS": "此托盘需要人工确认:{question} 请手工扫描。",
    "PORTAL_NO_SHIPMENT": "没有可装托盘 {sscc} 的发货单:请运回,或通知发货部。",
    "PORTAL_SHIPMENTS": "多张发货单可装托盘 {sscc}({shipments}):请手工扫描发货单和托盘。",
    "PORTAL_REVERSAL": "{what} 又返回,但之后已有其他登记。请手工登记。",
}
