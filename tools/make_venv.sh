#!/bin/sh
# Make the virtual environment in folder $1 with the newest Python from 3.10 to 3.13, or say what to install.
# `make PYTHON=/path/to/python …` chooses one.
set -u
folder=$1

if "$folder/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    exit 0 # a working one is here
fi

without_venv=""
for python in ${PYTHON:-python3.13 python3.12 python3.11 python3.10 python3}; do
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
        continue
    fi
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "Making $folder with $("$python" --version)"
        exec "$python" -m venv --clear "$folder"
    fi
    without_venv="${without_venv:-$python}"
done

if [ -n "$without_venv" ]; then
    version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$without_venv is Python $version, but it lacks the module that makes virtual environments." >&2
    echo "Install it and try again. On Debian and Ubuntu: sudo apt-get install python$version-venv" >&2
else
    echo "No Python 3.10 or newer found (tried: ${PYTHON:-python3.13 python3.12 python3.11 python3.10 python3})." >&2
    echo "Install one and try again. On Debian and Ubuntu: sudo apt-get install python3 python3-venv" >&2
fi
exit 1
