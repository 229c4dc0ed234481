"""A dataset on the Hugging Face hub, named as hub:OWNER/NAME@REVISION, fetched to the local cache."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tutor.errors import UnreadableDataset

PREFIX = "hub:"
_FORM = "hub:OWNER/NAME@REVISION or hub:OWNER/NAME@REVISION/FILE"
# Within the dataset: neither from the root nor through a folder above.
_FILE = r"(?!/|(?:.*/)?\.\.(?:/|$)).+"
_ID = re.compile(rf"hub:(?P<id>[\w.-]+/[\w.-]+)@(?P<revision>[\w.-]+)(?:/(?P<file>{_FILE}))?", re.ASCII)
_ENDINGS = (".parquet", ".jsonl", ".json", ".csv", ".tsv")
_SHARD = re.compile(r"-\d{5}-of-\d{5}(?=\.parquet$)")


def hub_files(source: str) -> tuple[Path, ...]:
    """Return the local files of the dataset that `source` names; shards of one Parquet file come together.

    Raises:
        UnreadableDataset: the name is not understood, the hub cannot be reached, or several files may be meant.
    """
    named = _ID.fullmatch(source)
    if not named:
        raise UnreadableDataset(f"{source}: is not understood; expected {_FORM}, with a commit or tag as revision")
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import HFValidationError

    owner_and_name, revision, file = named["id"], named["revision"], named["file"]
    try:
        listed = (
            [file]
            if file
            else _training_files(
                source, HfApi().list_repo_files(owner_and_name, revision=revision, repo_type="dataset")
            )
        )
        return tuple(
            Path(hf_hub_download(owner_and_name, name, revision=revision, repo_type="dataset")) for name in listed
        )
    # The hub's own errors are OSErrors or ValueErrors; what its HTTP client raises without a network is neither.
    except (OSError, ValueError, HFValidationError, _connection_failure()) as error:
        raise UnreadableDataset(
            f"{source}: cannot be had from the hub ({type(error).__name__}); check the name and the revision, connect "
            "this machine to the hub, or download the file elsewhere and give its path"
        ) from None


def _connection_failure() -> type[Exception]:
    try:
        import httpx
    except ImportError:
        return OSError
    return httpx.HTTPError


def _training_files(source: str, names: Sequence[str]) -> list[str]:
    data = sorted(name for name in names if name.lower().endswith(_ENDINGS) and PurePosixPath(name).name[0] != ".")
    data = [name for name in data if PurePosixPath(name).name not in ("dataset_infos.json", "dataset_dict.json")]
    chosen = [name for name in data if "train" in name.lower()] or data
    if len({_SHARD.sub("", name) for name in chosen}) != 1:
        raise UnreadableDataset(
            f"{source}: holds {len(chosen)} data files ({', '.join(chosen)[:200]}); name one, as {source}/FILE"
        )
    return chosen
