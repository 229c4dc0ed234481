"""Every check of rows and of datasets says in Spanish what it found."""

import pandas as pd

from data_checks.suite import dataset_checks, row_checks
from data_checks.validation import _unchecked
from tutor.analysis.language import language
from tutor.analysis.quarantine import reason_told
from tutor.config import DataConfig

ES = language("es")


def test_every_check_has_its_spanish() -> None:
    config = DataConfig()
    overdue = [pd.DataFrame({"line": [3, 8], "overdue": ["x", later]}) for later in ("", "x")]
    recorded = [
        *(check.kind for check in row_checks(config)),
        *(check.told({"unexpected_percent_nonmissing": 65.0}) for check in dataset_checks(config)[1:]),
        *(warning for frame in overdue for warning in _unchecked(frame, config)),
    ]
    assert len(recorded) >= 17
    for reason in recorded:
        assert not reason_told(reason, ES).startswith("«"), reason
    assert reason_told(recorded[-3], ES) == "un solo nivel escolar ocupa el 65 % de las filas, más del 80 %"
    assert reason_told(recorded[-2], ES).endswith("más de 2 s: la de la línea 3")
    assert reason_told(recorded[-1], ES).startswith("2 soluciones quedaron sin comprobar")
