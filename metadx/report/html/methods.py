"""The section with the methods paragraph, ready to paste."""

from metadx.report.html.blocks import Code, Entry, Items, Section, Text
from metadx.report.html.source import Source
from metadx.report.html.table import Column, Table
from metadx.report.methods_criticism import criticism_methods, criticism_references
from metadx.report.methods_text import methods_paragraph, prior_rows, references_of
from metadx.studies.quadas import quadas_of


def methods_section(source: Source) -> Section:
    """Give the paragraph, the priors and the references.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    columns = (
        Column("parameter", "Parameter"),
        Column("scale", "Scale"),
        Column("prior", "Prior"),
        Column("meaning", "Meaning", "prose"),
    )
    rows = prior_rows(source.analysis.main.card.card, source.analysis.main.design.has_covariates)
    judged = quadas_of(source.analysis.main.table)
    done = (source.found, source.criticism, None if judged is None else str(judged.version))
    works = [(text, "") for text in criticism_references(*done)]
    references = (*references_of(source.analysis.main.card.card), *works)
    paragraph = f"{methods_paragraph(source.found, source.analysis)} {criticism_methods(*done)}"
    blocks = (
        Text("Ready to paste; every number in it was computed or read from the model card."),
        Code(paragraph.rstrip(), "Methods paragraph", prose=True),
        Table("priors", "Priors of the model card", columns, rows),
        Items(
            tuple(Entry(text, f"https://doi.org/{doi}" if doi else "") for text, doi in references),
            ordered=True,
        ),
    )
    return Section("methods", "Methods", blocks)
