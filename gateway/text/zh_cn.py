"""Simplified Chinese, with the same keys and arguments as English."""

from __future__ import annotations

CHINESE: dict[str, str] = {
    # dialogues
    "FLOW_CANCELLED": "已取消,未做任何登记。",
    "FLOW_TIMED_OUT": "无人回答:{asked} 已取消,未做任何登记,请重新开始。",
    "NOTHING_TO_CANCEL": "此处没有可取消的操作。",
    "OTHER_SCAN_FIRST": "这不是回答。{asked} 或扫描“取消”卡。",
    "NO_QUESTION_OPEN": "此处没有待回答的问题:请先扫描看板卡。",
}
