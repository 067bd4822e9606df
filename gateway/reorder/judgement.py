"""One rule at one place, judged: what follows from its finding, given what was asked for before (K8, K10)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.kanban.mode import LIVE, TRAINING
from gateway.kanban.moment import elapsed_ms, since_of
from gateway.master import OrderPoint
from gateway.model import Event, Rejection
from gateway.quantity import format_quantity
from gateway.reorder.binding import Bound
from gateway.reorder.distance import distance_of
from gateway.reorder.expression import ExpressionError, evaluate
from gateway.reorder.finding import Act, Finding
from gateway.reorder.flag import cleared, flag_of, flagged
from gateway.reorder.kind import judge
from gateway.reorder.known_number import as_number, number_of
from gateway.reorder.local import Local
from gateway.reorder.need import ABOVE, HELD, REFUSALS_LIMIT, WENT_LIVE, Episode, ended, episode_of
from gateway.reorder.netting import netted
from gateway.reorder.plan import Plan
from gateway.reorder.request import requested
from gateway.reorder.rule import RuleSet
from gateway.text.sentence import say
from gateway.view import View

AWAIT_MS = 10_000  # how long the snapshot with the goods of a need that is over at the ERP is waited for
ITEM_GONE, NO_DUE = "ITEM_GONE", "NO_LEAD_TIME"  # codes of flags
SHORT_FACT = "short"  # by episode: since when another gateway should have asked (K10)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says at a place now, and what came of it."""

    bound: Bound
    episode: Episode
    outcome: str  # a word for people and programs: see OUTCOMES
    finding: Finding | None = None
    event: Event | None = None
    netted: tuple[dict[str, object], ...] = ()

    @property
    def distance(self) -> int:
        """How far the stock may fall before it needs to be judged again; 0 when nobody can say."""
        if self.outcome != "not_true" or self.finding is None:
            return 0
        return distance_of(self.finding, self.bound.named) or 0


# What a judgement's outcome may be.
OUTCOMES = (
    "fires", "not_true", "open", "netted", "flagged", "held", "too_large", "not_deciding", "cannot", "training",
    "ends", "awaited",
)  # fmt: skip


class Judge:
    """Judges rules at places; holds nothing but where to look things up."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def judged(self, bound: Bound, situation: Local, rules: RuleSet, mode: str) -> Judgement:
        """The judgement of one rule. Its event, if there is one, is to be appended as it is."""
        rule, item, area, view = bound.rule, situation.item, situation.location, situation.view
        episode = episode_of(rule.id, item, area, view)
        if mode == TRAINING:
            return Judgement(bound, episode, "training")
        if bound.parameters is None:
            wrong = bound.mistakes[0]
            text = say("REORDER_PARAMETER", rule=rule.id, member=wrong.member, value=wrong.got, wanted=wrong.expected)
            return self._unable(bound, episode, Rejection("PARAMETER", text, wrong.got, wrong.expected), None, view)
        if episode.is_open:
            return self._open(bound, episode, mode, view)
        if _is_awaited(episode, situation):
            return Judgement(bound, episode, "awaited")
        finding = self._found(bound, situation)
        if finding.fault is not None:
            return self._unable(bound, episode, finding.fault, finding, view)
        if not finding.fires:
            event = cleared((item, area, rule.id), view) or self._no_longer_short(episode, view)
            return Judgement(bound, episode, "not_true", finding, event)
        if finding.act is not Act.ORDER:
            event = flagged((item, area, rule.id), finding.level or str(finding.act), finding.why, view,
                            {"finding": finding.as_json()})  # fmt: skip
            return Judgement(bound, episode, "flagged", finding, event)
        return self._order(bound, episode, finding, (rules, mode), situation)

    def _found(self, bound: Bound, situation: Local) -> Finding:
        finding = judge(bound.rule.kind, bound.parameters, situation, bound.named)
        condition = bound.rule.when
        if condition is None or not finding.fires:
            return finding
        try:
            known = {name: number_of(name, situation) for name in condition.names}
            is_true = evaluate(condition, known.__getitem__)
        except ExpressionError as error:
            return _with_fault(finding, Rejection("CONDITION", str(error), condition.text))
        numbers = tuple(as_number(name, value, situation) for name, value in known.items()
                        if finding.number(name) is None)  # fmt: skip
        told = replace(finding, numbers=(*finding.numbers, *numbers))
        return told if is_true else _not_firing(told)

    def _open(self, bound: Bound, episode: Episode, mode: str, view: View) -> Judgement:
        """Would it ask for it if it had not yet? If not, the shortage is over by other means."""
        situation = Local(episode.item, episode.place, view, self._plan, without=(episode.key, episode.doc))
        finding = self._found(bound, situation)
        place = (episode.item, episode.place, bound.rule.id)
        if view.master("items", episode.item) is None:  # it stays open: its order may well be on its way
            text = say("REORDER_ITEM_GONE", item=episode.item, need=episode.key)
            return Judgement(bound, episode, "open", finding, flagged(place, ITEM_GONE, text, view))
        if flag_of(place, view) == ITEM_GONE:
            return Judgement(bound, episode, "open", finding, cleared(place, view))
        if episode.aside and mode == LIVE:  # the ERP never heard of it: now it must
            return Judgement(bound, episode, "ends", finding, ended(episode, WENT_LIVE, view))
        if finding.fault is not None or finding.fires:
            return Judgement(bound, episode, "open", finding)
        if episode.doc and view.master("purchase_orders", episode.doc) is None:
            return Judgement(bound, episode, "open", finding)  # its order counts nowhere yet, so the need must
        return Judgement(bound, episode, "ends", finding, ended(episode, ABOVE, view, text=str(finding.why)))

    def _order(
        self, bound: Bound, episode: Episode, finding: Finding, by: tuple[RuleSet, str], situation: Local
    ) -> Judgement:
        view, place = situation.view, (episode.item, episode.place, bound.rule.id)
        finding, counted = netted(
            finding, bound.rule, situation, lambda coming: self._found(bound, situation.as_if_here(coming))
        )
        if (fault := situation.fault("receipts")) is not None:
            return self._unable(bound, episode, fault, finding, view)
        if finding.quantity <= 0:
            event = cleared(place, view) or self._no_longer_short(episode, view)
            return Judgement(bound, episode, "netted", finding, event, tuple(counted))
        if view.master("items", episode.item) is None:
            text = say("REORDER_ITEM_UNKNOWN", item=episode.item)
            return self._unable(bound, episode, Rejection("ITEM_UNKNOWN", text, episode.item), finding, view)
        if 0 < bound.rule.max_quantity < finding.quantity:
            asked, most = format_quantity(finding.quantity), format_quantity(bound.rule.max_quantity)
            text = say("REORDER_TOO_LARGE", rule=bound.rule.id, item=episode.item, quantity=asked, most=most)
            event = flagged(place, "TOO_LARGE", text, view, {"finding": finding.as_json()})
            return Judgement(bound, episode, "too_large", finding, event, tuple(counted))
        if episode.refusals >= REFUSALS_LIMIT:
            text = say("REORDER_HELD", rule=bound.rule.id, item=episode.item, count=episode.refusals)
            return Judgement(bound, episode, "held", finding, flagged(place, HELD, text, view), tuple(counted))
        if not self._decides(episode, view):
            is_known = view.fact(SHORT_FACT, episode.name) is not None
            event = None if is_known else _deferred(episode, view, is_over=False)
            return Judgement(bound, episode, "not_deciding", finding, event, tuple(counted))
        if finding.due_ms is None and view.master_version("sources")[0]:
            remark = flagged(place, NO_DUE, say("REORDER_NO_DUE", item=episode.item, place=episode.place), view)
        else:
            remark = cleared(place, view)
        event = remark or requested(bound, by, episode, finding, counted, view)
        return Judgement(bound, episode, "fires", finding, event, tuple(counted))

    def _no_longer_short(self, episode: Episode, view: View) -> Event | None:
        """What another gateway should have asked for is not missing any more."""
        point: OrderPoint | None = self._plan.point(episode.item, episode.place, view)
        if point is None or point.deciding_gateway in ("", view.gateway):
            return None
        return None if view.fact(SHORT_FACT, episode.name) is None else _deferred(episode, view, is_over=True)

    def _decides(self, episode: Episode, view: View) -> bool:
        """K10: one gateway decides; past the time that the master data give it, the others do."""
        point: OrderPoint | None = self._plan.point(episode.item, episode.place, view)
        if point is None or point.deciding_gateway in ("", view.gateway):
            return True
        known = view.fact(SHORT_FACT, episode.name)
        if known is None or not point.takeover_ms:
            return False
        wall_ms, mono_ms, boot = known["since"]
        passed = elapsed_ms((wall_ms, mono_ms, boot), view.now)
        return passed is not None and passed >= point.takeover_ms

    def _unable(
        self, bound: Bound, episode: Episode, fault: Rejection, finding: Finding | None, view: View
    ) -> Judgement:
        place = (episode.item, episode.place, bound.rule.id)
        return Judgement(bound, episode, "cannot", finding, flagged(place, fault.code, fault.text, view))


def _is_awaited(episode: Episode, situation: Local) -> bool:
    """Whether the ERP has the goods of this need and its snapshot has not brought them yet: what is missing here now
    is on the shelf, and asking for it would be asking twice."""
    passed = elapsed_ms(episode.since, situation.view.now) if episode.awaits else None
    if passed is None or passed >= AWAIT_MS:
        return False
    adopted = situation.adopted_ms()
    return adopted is None or adopted > passed


def _deferred(episode: Episode, view: View, *, is_over: bool) -> Event:
    """Remember since when it is missing here, or that it is not."""
    fact = [SHORT_FACT, episode.name, None if is_over else {"since": list(since_of(view.now))}]
    body = {"item": episode.item, "location": episode.place, "rule": episode.rule, "is_over": is_over, "facts": [fact]}
    return Event("reorder_deferred", "", "", body)


def _not_firing(finding: Finding) -> Finding:
    return replace(finding, fires=False, quantity=0)


def _with_fault(finding: Finding, fault: Rejection) -> Finding:
    return replace(finding, fires=False, quantity=0, fault=fault)
