"""Chinese for needs."""

from __future__ import annotations

NEED_CHINESE: dict[str, str] = {
    "REORDER_CONDITION": "{item}:规则的条件成立。",
    "REORDER_HELD": "ERP已连续{count}次拒绝规则{rule}对{item}的申请:此任务关闭前不再申请。",
    "REORDER_ITEM_GONE": "主数据中已没有物料{item},但{need}仍未结束:请确认是否还需要。",
    "REORDER_ITEM_UNKNOWN": "主数据中没有物料{item}:补齐之前不会订货。",
    "REORDER_NEGATIVE": "{place}的{item}库存为负:有业务未入账,请盘点。",
    "REORDER_NO_DUE": "{place}的{item}:交货期未知,订货时没有期望到货日期。请补充供应来源。",
    "REORDER_PARAMETER": "规则{rule}在此无法判断:{member}为{value},应为{wanted}。",
    "REORDER_TOO_LARGE": "规则{rule}要订{quantity}的{item},超过上限{most}:如确需,请人工下单。",
    "REORDER_UNIT": "{item}的单位{unit}无法换算:请在物料的单位中添加。",
}
