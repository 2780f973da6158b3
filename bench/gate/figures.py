"""What a bench says, as bench/figures.h says it: a table for people, or with --json one object a line."""
import json


class Figures:
    """all_hold is true only when every figure was measured and keeps its limit."""

    def __init__(self, is_json):
        self.is_json, self.all_hold, self.told = is_json, True, set()

    def add(self, figure, value, unit, at_most=None, at_least=None):
        """With one limit or the other."""
        self.told.add(figure)
        bound, limit = ("at_most", at_most) if at_least is None else ("at_least", at_least)
        holds = value <= limit if at_least is None else value >= limit
        self.all_hold = self.all_hold and holds
        if self.is_json:
            line = json.dumps({"figure": figure, "value": round(value, 3), "unit": unit, bound: limit})
        else:
            words = bound.replace("_", " ")
            line = f"{figure:<32}{value:>10.2f} {unit:<14} {words} {limit:<8g}{'' if holds else '  DOES NOT HOLD'}"
        print(line, flush=True)

    def not_measured(self, figure, unit, at_most, why):
        self.told.add(figure)
        self.all_hold = False
        if self.is_json:
            line = json.dumps({"figure": figure, "value": None, "unit": unit, "at_most": at_most, "not_measured": why})
        else:
            line = f"{figure:<32}{'-':>10} {unit:<14} at most {at_most:<8g}  NOT MEASURED: {why}"
        print(line, flush=True)

    def note(self, text):
        """What a reader of the table should know; no figure."""
        if not self.is_json:
            print(f"    {text}", flush=True)
