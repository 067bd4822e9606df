"""Simplified Chinese for reorder rules."""

from __future__ import annotations

REORDER_CHINESE: dict[str, str] = {
    # sources
    "SOURCE_LOOP": "通过看板循环{source}补货",
    "SOURCE_PREFERRED": "{source}是首选来源",
    "SOURCE_FASTEST": "{source}是{count}个来源中最快的:{time}",
    "SOURCE_FIRST": "已知来源{source},但交期未知",
    "SOURCE_UNKNOWN": "没有已知来源:请选择",
    # levels
    "REORDER_BELOW_SAFETY": "{item}:{stock}低于安全库存{safety}。",
    "REORDER_SAFE": "{item}:{stock}不低于安全库存{safety}。",
    "REORDER_MIN_MAX": "{item}:{stock}未高于最低库存{minimum}:补至{maximum}。",
    "REORDER_ABOVE_MINIMUM": "{item}:{stock}高于最低库存{minimum}。",
    "REORDER_NOTHING_MISSING": "{item}:距目标没有缺口。",
    "REORDER_FIXED_LOT": "{item}:{stock}未高于再订货点{point}:订{lots}批,每批{lot}。",
    "REORDER_ABOVE_POINT": "{item}:{stock}高于再订货点{point}。",
    # faults
    "REORDER_MIN_ABOVE_MAX": "最低库存{minimum}高于最高库存{maximum}:请更正规则。",
    "REORDER_SIZE": "{item}:规则限制内没有订单能满足{need}:请更正最小或最大订货量。",
}
