"""Simplified Chinese, with the same keys and arguments as English."""

from __future__ import annotations

CHINESE: dict[str, str] = {
    # codes
    "BADGES_OFF": "本网关未启用工牌:请通知管理员。",
    "BADGE_OTHER_PLANT": "此工牌属于工厂 {plant},这里是 {here}。",
    "BADGE_SIGNATURE": "此工牌不是真的或读取有误:请重新扫描,或申请新工牌。",
    "COMMANDS_OFF": "本网关未启用命令卡:请通知管理员。",
    "COMMAND_OTHER_PLANT": "此命令卡属于工厂 {plant},这里是 {here}。",
    "COMMAND_SIGNATURE": "此命令卡不是真的或读取有误:请重新扫描,或申请新卡。",
    "QUANTITY_CODE": "数量读取有误或条码损坏:请重新扫描。",
    "UNKNOWN_COMMAND": "此处没有命令 {command},可用命令:{known}。",
    # people
    "BADGE_BLOCKED": "此工牌已被停用:请联系班组长。",
    "BADGE_EXPIRED": "此工牌有效期至 {day}:请向班组长申请新工牌。",
    "BADGE_NEEDED": "工位 {station} 需要确认操作人:请先扫描工牌。",
    "BADGE_UNKNOWN": "没有人登记过此工牌:请联系班组长。",
    "NOBODY_SIGNED_IN": "此处没有人登录。",
    "SIGNED_IN": "已登录:{name}。",
    "SIGNED_IN_ALREADY": "{name} 已经登录。",
    "SIGNED_OUT": "已退出登录。",
    # approval
    "APPROVAL_NEEDS_SCANNER": "{amount} 超过上限 {limit}:请扫描看板卡,并由主管批准。",
    "APPROVED_BY_ONESELF": "自己扫描的操作须由他人批准:请找另一位主管。",
    "ASK_APPROVAL": "{amount} 超过上限 {limit}:请主管扫描工牌批准。",
    "NO_SUPERVISOR": "{name} 不是主管,无权批准。",
    # quantities
    "ASK_CARD": "{amount}:现在请扫描看板卡。",
    "ASK_AMOUNT": "看板卡 {card}:数量多少?请扫描数量码;若为 {amount},再扫一次看板卡。",
    "ASK_TOO_MUCH": "看板卡 {card}:到货 {amount},订购 {asked},最多 {most}。如属实请再扫一次。",
    "NO_QUANTITY_HERE": "工位 {station} 不接受此数量:请在消耗或到货处扫描。",
    # inspection
    "ALREADY_ACCEPTED": "看板卡 {card} 已经放行。",
    "ALREADY_ARRIVED": "看板卡 {card} 已到货,正在等待检验。",
    "ASK_REJECTED_CARD": "拒收:请扫描料箱的看板卡。",
    "CARD_ACCEPTED": "看板卡 {card}:{amount} 检验合格,可以使用。",
    "CARD_REJECTED": "看板卡 {card}:{amount} 已拒收并冻结,已加急重新订货。",
    "NOT_IN_INSPECTION": "看板卡 {card} 状态为 {state}:没有可检验的内容。",
    "QUALITY_ONLY": "只有质检或主管可以放行和拒收:请先扫描工牌。",
    "REJECT_ELSEWHERE": "工位 {station} 不做检验:请在质检工位拒收。",
    "STILL_IN_INSPECTION": "看板卡 {card} 正在等待检验:请勿使用,请询问质检。",
    # command cards
    "ASK_FOUND_CARD": "找回:请扫描曾丢失的看板卡。",
    "SUPERVISOR_ONLY": "只有主管可以执行此操作:请先扫描工牌。",
    # states
    "STATE_WAIT": "等待",
    "STATE_EMPTY": "空",
    "STATE_ORDERED": "已订货",
    "STATE_IN_PROCESS": "生产中",
    "STATE_IN_TRANSIT": "运输中",
    "STATE_RECEIVED_QC": "检验中",
    "STATE_FULL": "满",
    "STATE_IN_USE": "使用中",
    "STATE_ERROR": "已锁定",
    # dialogues
    "FLOW_CANCELLED": "已取消,未做任何登记。",
    "FLOW_TIMED_OUT": "无人回答:{asked} 已取消,未做任何登记,请重新开始。",
    "NOTHING_TO_CANCEL": "此处没有可取消的操作。",
    "NO_QUESTION_OPEN": "此处没有待回答的问题:请先扫描看板卡。",
    "OTHER_SCAN_FIRST": "这不是回答。{asked} 或扫描“取消”卡。",
}
