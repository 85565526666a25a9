"""What the coefficients of a meta-regression compare, in words."""

from dataclasses import dataclass
from textwrap import wrap

from metadx.designs.design import Design
from metadx.plots.captions import name_words
from metadx.plots.labels import LONGEST, LONGEST_LEVEL, clean, shorten
from metadx.plots.short_names import short_names

_ONE_LINE = 56  # characters of a row that says all of it


@dataclass(frozen=True)
class Comparison:
    """One coefficient in words.

    Parameters
    ----------
    whole : str
        All of it: "setting: screening vs clinic".
    name, versus : str
        What it shares with the other levels of its covariate: "setting" and "vs clinic"; without a
        name it cannot be parted, and a slope has no reference.
    part : str
        The rest: "screening".
    """

    whole: str
    name: str = ""
    versus: str = ""
    part: str = ""

    @property
    def heading(self) -> str:
        """What it shares with others: "setting, vs clinic"."""
        return f"{self.name}, {self.versus}" if self.versus else self.name

    @property
    def long(self) -> bool:
        """Whether it is too long for one row, and can be parted."""
        return len(self.whole) > _ONE_LINE and bool(self.name)

    @property
    def heading_lines(self) -> list[str]:
        """The heading, in lines."""
        if len(self.heading) <= _ONE_LINE:
            return [self.heading]
        return [*wrap(f"{self.name},", _ONE_LINE), *wrap(self.versus, _ONE_LINE)]


@dataclass(frozen=True)
class _Factor:
    """One factor of an effect: a level against its reference, or a slope (no reference)."""

    name: str
    part: str
    reference: str = ""

    @property
    def whole(self) -> str:
        if self.reference:
            return f"{self.name}: {self.part} vs {self.reference}"
        return f"{self.name}, {self.part}"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 999.5 else f"{value:.0f}"


def reference_levels(design: Design) -> dict[str, tuple[tuple[str, ...], str]]:
    """Find the levels of each covariate that has some, and which of them is the reference.

    Parameters
    ----------
    design : Design
        Whose kinds of study tell the levels: the reference is the one without an effect.

    Returns
    -------
    dict
        Levels and reference by name of the covariate, numbers taken as levels among them.
    """
    effects = {*design.sens.effects, *design.spec.effects}
    found = {}
    for name in design.covariates:
        levels = tuple(
            kind.label.removeprefix(f"{name} = ")
            for kind in design.kinds
            if kind.covariate == name and len(kind.studies)
        )
        others = [level for level in levels if f"{name}={level}" not in effects]
        if len(others) == 1:
            found[name] = levels, others[0]
    return found


def _factor(effect: str, design: Design) -> _Factor | None:
    """Put one factor of an effect into words; None where it is no such thing."""
    if effect in design.scaling:
        step = design.scaling[effect]
        times = " ×" if step.unit[:1].isdigit() else ""
        unit = "" if step.unit in ("", effect) else f"{times} {shorten(step.unit)}"
        # The standard deviation of a transformed covariate has not the unit of the covariate.
        unit = unit if effect in design.covariates else ""
        return _Factor(name_words(effect), f"per sd ({_number(step.sd)}{unit})")
    for name, (levels, reference) in reference_levels(design).items():
        level = effect.removeprefix(f"{name}=")
        if level != effect and level in levels:
            # Together: no two levels may be cut to the same words.
            names = short_names([clean(one) for one in levels], LONGEST_LEVEL)
            words = dict(zip(levels, names, strict=True))
            return _Factor(name_words(name), words[level], words[reference])
    return None


def compare(effect: str, design: Design) -> Comparison:
    """Say what a coefficient compares.

    Parameters
    ----------
    effect : str
        Its name in the design, such as "setting=screening".
    design : Design
        Which tells the reference levels, and the standard deviations of continuous covariates.

    Returns
    -------
    Comparison
        The name itself where it cannot be put into words.

    Examples
    --------
    >>> import metadx
    >>> from metadx.designs.formula import build_design
    >>> table = metadx.load_dataset("anti-ccp").table
    >>> design = build_design(table, sens="~ generation")
    >>> compare("generation=CCP2", design)
    Comparison(whole='generation: CCP2 vs CCP1', name='generation', versus='vs CCP1', part='CCP2')
    """
    whole = _factor(effect, design)
    # A level may have a colon of its own, and is then no interaction.
    found = [whole] if whole else [_factor(part, design) for part in effect.split(":")]
    factors = [factor for factor in found if factor is not None]
    if len(factors) < len(found):
        return Comparison(shorten(effect.replace("=", " = "), 2 * LONGEST))
    references = [factor.reference for factor in factors if factor.reference]
    return Comparison(
        whole=" × ".join(factor.whole for factor in factors),
        name=" × ".join(factor.name for factor in factors),
        versus=f"vs {' and '.join(references)}" if references else "",
        part=" × ".join(factor.part for factor in factors),
    )
