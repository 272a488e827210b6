"""What ``pip install .`` calls (PEP 517): runs configure and make for one interpreter, and packs what they made.

A wheel is the package as make installs it, for the interpreter that runs this, with the library, the command line and
the renderer in ``refgraph/_native``, where they find each other wherever the package is. A source distribution is that
of ``make dist``.
"""

import base64
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile

SOURCES = pathlib.Path(__file__).resolve().parent.parent.parent
VERSION = re.search(r"AC_INIT\(\[refgraph\], \[(.*?)\]\)", (SOURCES / "configure.ac").read_text("utf-8"))[1]
NAME = f"refgraph-{VERSION}"
TAG = "{0}-{0}-{1}".format(
    f"cp{sys.version_info.major}{sys.version_info.minor}", re.sub("[-.]", "_", sysconfig.get_platform())
)

# make variables: what is in _native finds its neighbours from there, and the extension finds it.
RELOCATABLE = (
    "pkglibexecdir=$$ORIGIN",
    "PYTHON_RPATH=$$ORIGIN/_native",
    "LDFLAGS=-Wl,-rpath,'$$ORIGIN'",
)
NATIVE = {
    "librefgraph.so.0": ".libs/librefgraph.so.0", "refgraph": ".libs/refgraph", "refgraph-render": "refgraph-render",
}

METADATA = f"""\
Metadata-Version: 2.1
Name: refgraph
Version: {VERSION}
Summary: Why is this closure still alive, what does it keep, and what would free it?
License: MIT
License-File: LICENSE
Keywords: memory leak,closure,object graph,garbage collection,heap dump
Classifier: License :: OSI Approved :: MIT License
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: C
Classifier: Programming Language :: Python :: 3
Classifier: Programming Language :: Python :: Implementation :: CPython
Classifier: Topic :: Software Development :: Debuggers
Classifier: Typing :: Typed
Requires-Python: >=3.10
Description-Content-Type: text/markdown

"""
WHEEL = f"Wheel-Version: 1.0\nGenerator: refgraph\nRoot-Is-Purelib: false\nTag: {TAG}\n"
ENTRY_POINTS = (
    "[console_scripts]\nrefgraph = refgraph.__main__:main\n\n"
    "[pytest11]\nrefgraph.pytest_plugin = refgraph.pytest_plugin\n"
)


def metadata():
    """The METADATA of a wheel and PKG-INFO of a source distribution."""
    return METADATA + (SOURCES / "README.md").read_text("utf-8")


def _run(*words, folder):
    # Standard output is pip's.
    subprocess.run(words, cwd=folder, check=True, stdout=sys.stderr)


def _configure(folder):
    if not (SOURCES / "configure").exists():
        _run("autoreconf", "-fi", folder=SOURCES)
    _run(SOURCES / "configure", f"--with-pythons={sys.executable}", "--enable-compiler-warnings=no", folder=folder)


def _package_files(folder):
    """{name in a wheel: path} of what was made in a build folder."""
    package = folder / "bindings" / "python" / "refgraph"
    names = ("*.py", "*.pyi", "*.so", "py.typed", "_run/*.py")
    files = {f"refgraph/{path.relative_to(package)}": path for name in names for path in sorted(package.glob(name))}
    return {**files, **{f"refgraph/_native/{name}": folder / path for name, path in NATIVE.items()}}


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")


def _pack(path, contents):
    """Writes a wheel of {name: (bytes, mode)}, with its RECORD."""
    record = f"{NAME}.dist-info/RECORD"
    lines = [f"{name},sha256={_digest(data)},{len(data)}\n" for name, (data, _) in contents.items()]
    contents = {**contents, record: ("".join(lines + [f"{record},,\n"]).encode("utf-8"), 0o644)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, (data, mode) in contents.items():
            entry = zipfile.ZipInfo(name)  # of 1980, so that the same files make the same wheel
            entry.external_attr = (0o100000 | mode) << 16
            wheel.writestr(entry, data, zipfile.ZIP_DEFLATED)


def _information():
    texts = {
        "METADATA": metadata(),
        "WHEEL": WHEEL,
        "entry_points.txt": ENTRY_POINTS,
        "LICENSE": (SOURCES / "LICENSE").read_text("utf-8"),
    }
    return {f"{NAME}.dist-info/{name}": (text.encode("utf-8"), 0o644) for name, text in texts.items()}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Builds for this interpreter; returns the name of the wheel."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        _configure(folder)
        _run("make", f"-j{os.cpu_count()}", *RELOCATABLE, folder=folder)
        files = _package_files(folder).items()
        contents = {name: (path.read_bytes(), path.stat().st_mode & 0o755) for name, path in files}
    wheel = f"{NAME}-{TAG}.whl"
    _pack(os.path.join(wheel_directory, wheel), {**contents, **_information()})
    return wheel


def build_sdist(sdist_directory, config_settings=None):
    """What ``make dist`` packs, as the .tar.gz that pip wants; returns its name."""
    with tempfile.TemporaryDirectory() as folder:
        _configure(folder)
        _run("make", "dist-gzip", folder=folder)
        shutil.copy(os.path.join(folder, f"{NAME}.tar.gz"), sdist_directory)
    return f"{NAME}.tar.gz"


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """Writes the .dist-info without its RECORD, which needs no build; returns its name."""
    for name, (data, _) in _information().items():
        path = pathlib.Path(metadata_directory, name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return f"{NAME}.dist-info"


if __name__ == "__main__":
    sys.stdout.write(metadata())
