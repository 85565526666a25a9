"""`metadx datasets`: the reviews that ship."""

from metadx.commands.output import page, show


def datasets() -> None:
    """List the reviews that ship with metadx."""
    from metadx.report.listing import datasets_text
    from metadx.studies.review import list_datasets, load_dataset

    show(datasets_text([load_dataset(name) for name in list_datasets()], page()))
