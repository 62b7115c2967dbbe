"""Keeps moto's S3 and IAM between runs: what is configured in one small file, contents of objects in files of their own."""

import hashlib
import os
import pickle
import sys
import tempfile
import threading

import moto
from moto.iam.models import iam_backends
from moto.s3.models import FakeKey, s3_backends
from moto.s3.utils import _VersionedKeyStore
from moto.sts.models import sts_backends

SERVICES = {"s3": s3_backends, "iam": iam_backends, "sts": sts_backends}
FORMAT = f"moto {moto.__version__}, 1"


class State:
    def __init__(self, folder):
        self.file = os.path.join(folder, "state") if folder else None
        self.dirty = threading.Event()
        if folder:
            contents.use(os.path.join(folder, "objects"))

    def changed(self):
        """Say this after a change is made: a save that runs meanwhile is then followed by another."""
        self.dirty.set()

    def load(self):
        if not self.file or not os.path.exists(self.file):
            return
        try:
            with open(self.file, "rb") as file:
                if pickle.load(file) != FORMAT:
                    raise ValueError("made by another version")
                saved = pickle.load(file)
        except Exception as error:
            os.replace(self.file, self.file + ".unreadable")
            print(f"s3: the kept state cannot be used ({error}); starting empty", file=sys.stderr, flush=True)
            return
        for service, backends in SERVICES.items():
            for account, regions in saved[service].items():
                for region, backend in regions.items():
                    dict.__setitem__(backends[account], region, backend)
        s3_backends.bucket_accounts.update(saved["bucket_accounts"])

    def save_if_changed(self):
        if not self.file or not self.dirty.is_set():
            return
        self.dirty.clear()
        try:
            self.save()
        except RuntimeError:  # a dictionary changed while it was written: there is a request going on
            self.dirty.set()

    def save(self):
        content = {
            service: {account: dict(regions) for account, regions in dict(backends).items()}
            for service, backends in SERVICES.items()
        }
        content["bucket_accounts"] = dict(s3_backends.bucket_accounts)
        os.makedirs(os.path.dirname(self.file), exist_ok=True)
        contents.forget_use()
        temporary = self.file + ".new"
        with open(temporary, "wb") as file:
            pickle.dump(FORMAT, file)
            pickle.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.file)
        contents.remove_unused()


class Contents:
    """Objects' contents by their hash, each written once."""

    def __init__(self):
        self.folder = None
        self.used = set()

    def use(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        FakeKey.__getstate__ = key_state
        FakeKey.__setstate__ = set_key_state
        FakeKey.value = FakeKey.value.setter(set_key_value)
        _VersionedKeyStore.__reduce__ = store_parts

    def forget_use(self):
        self.used = set()

    def put(self, value):
        name = hashlib.sha256(value).hexdigest()
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            with open(path + ".new", "wb") as file:
                file.write(value)
            os.replace(path + ".new", path)
        return name

    def get(self, name):
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                return file.read()
        except OSError as error:
            print(f"s3: an object's content is lost: {error}", file=sys.stderr, flush=True)
            return b""

    def remove_unused(self):
        for name in os.listdir(self.folder):
            if name not in self.used:
                os.unlink(os.path.join(self.folder, name))


contents = Contents()
set_value = FakeKey.value.fset


def set_key_value(key, value):
    key.__dict__.pop("content", None)
    set_value(key, value)


def key_state(key):
    if "content" not in key.__dict__:
        try:
            key.content = contents.put(key.value)
        except ValueError:  # the buffer is closed: the key was deleted
            key.content = contents.put(b"")
    contents.used.add(key.content)
    return {name: value for name, value in key.__dict__.items() if name not in ("_value_buffer", "lock")}


def set_key_state(key, state):
    key.__dict__.update(state)
    key._value_buffer = tempfile.SpooledTemporaryFile(key._max_buffer_size)
    key.lock = threading.Lock()
    set_value(key, contents.get(key.content))


def store_parts(store):
    """A store is a dictionary that shows the newest version of each key: told by its lists, or the others are lost."""
    return store_of, (dict(store.lists()),)


def store_of(lists):
    store = _VersionedKeyStore()
    for key, versions in lists.items():
        store.setlist(key, versions)
    return store
