"""`metadx datasets`: the reviews that ship."""

from metadx.commands.output import page, show


def datasets() -> None:
    """List the reviews that ship with metadx."""
    from metadx.report.listing import datasets_text
    from metadx.studies.agreement_review import load_agreement
    from metadx.studies.review import list_datasets, load_dataset

    accuracy = [load_dataset(name) for name in list_datasets("accuracy")]
    agreement = [load_agreement(name) for name in list_datasets("agreement")]
    show(datasets_text([*accuracy, *agreement], page()))
