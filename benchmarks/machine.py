"""What was measured on: machine, system, versions; and memory."""

import importlib.metadata
import os
import pathlib
import platform
import sys

PACKAGES = (
    "numpy",
    "keras",
    "jax",
    "tensorflow",
    "torch",
    "scikit-learn",
    "livelossplot",
    "ipykernel",
    "ipywidgets",
    "anywidget",
    "matplotlib",
)
OTHER_NAMES = {"tensorflow": ("tensorflow-cpu", "tensorflow_cpu")}


def peak_memory():
    """The largest resident size of this process so far, in bytes; None where the system does not tell.

    On Linux not from `getrusage`, which also counts the process that this one was started from.
    """
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def processor():
    """The processor's name, as far as the system tells."""
    information = pathlib.Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    return platform.processor() or platform.machine()


def memory():
    """The machine's memory in GB, or None."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, OSError, ValueError):
        return None


def load():
    """How many processes wanted to run in the last minute, or None."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def version(package):
    """The version of an installed package, or None."""
    for name in (package, *OTHER_NAMES.get(package, ())):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def description():
    """Two lines of Markdown: the machine and the versions."""
    size = memory()
    parts = [
        processor(),
        f"{os.cpu_count()} cores",
        *([f"{size:.0f} GB"] if size else []),
        f"{platform.system()} {platform.machine()}",
    ]
    versions = {package: version(package) for package in PACKAGES}
    installed = [f"{package} {found}" for package, found in versions.items() if found]
    lacking = [package for package, found in versions.items() if not found]
    lines = [
        f"Machine: {', '.join(parts)}.",
        f"Versions: {platform.python_implementation()} {platform.python_version()}, {', '.join(installed)}.",
    ]
    if lacking:
        lines.append(f"Not installed: {', '.join(lacking)}.")
    return "  \n".join(lines)
