"""Reading what people have: a dataset in JSON Lines, JSON, CSV, TSV, Parquet, a saved folder or on the hub, as rows.

`open_dataset(source)` recognises it and yields a `Row` or a `BadRow` for every record, with flat memory.
"""

from tutor.reading.copies import write_repaired
from tutor.reading.source import Format, Source, open_dataset, read_rows

__all__ = ["Format", "Source", "open_dataset", "read_rows", "write_repaired"]
